from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from actionary import (
    Action,
    ActionDefinitionError,
    ActionError,
    DiscoveryError,
    Registry,
    action,
    define_action,
    define_actions,
)
from pydantic import BaseModel


def make(name: str, **fields) -> Action:
    def handler() -> None:
        """Do something."""

    return define_action(name=name, handler=handler, **fields)


class Stock(BaseModel):
    left: int


class OutOfStock(ActionError[Stock], code="out_of_stock"):
    """Too few are left."""


class TestRegistering:
    def test_actions_come_in_the_order_of_their_names(self):
        registry = Registry()
        registry.register([make("b"), make("a")])
        registry.register([make("ab")])
        assert [each.name for each in registry] == ["a", "ab", "b"]
        assert len(registry) == 3

    def test_all_or_none_are_registered(self):
        registry = Registry()
        with pytest.raises(ActionDefinitionError):
            registry.register([make("a"), make("b"), make("a")])
        assert list(registry) == []

    def test_a_name_that_is_taken_names_both_places(self):
        registry = Registry()
        first, second = make("a"), make("a")
        registry.register([first])
        with pytest.raises(ActionDefinitionError, match="the name is taken") as caught:
            registry.register([second])
        assert str(first.definition.where) in caught.value.what
        assert caught.value.where == second.definition.where
        assert (caught.value.action, caught.value.field) == ("a", "name")
        assert registry.get("a") is first

    def test_the_identical_object_again_is_fine(self):
        registry, only = Registry(), make("a")
        registry.register([only, only])
        registry.register([only])
        assert list(registry) == [only]

    @pytest.mark.parametrize(
        ("one", "other"), [("get_order", "get__order"), ("get_order", "get_order_"), ("a_1", "a1")]
    )
    def test_names_with_one_form_in_common_clash(self, one, other):
        registry, first = Registry(), make(one)
        registry.register([first])
        with pytest.raises(ActionDefinitionError) as caught:
            registry.register([make(other)])
        assert f"also that of {one!r} at {first.definition.where}" in caught.value.what
        assert len(registry) == 1

    def test_what_is_no_action_is_refused_with_the_place_of_the_caller(self):
        def plain() -> None: ...

        with pytest.raises(ActionDefinitionError, match="is no action") as caught:
            Registry().register([plain])  # type: ignore[list-item]  # that is the point
        assert caught.value.where.file == __file__

    def test_one_error_class_may_be_shared(self):
        registry = Registry()
        registry.register([make("a", errors=[OutOfStock]), make("b", errors=[OutOfStock])])
        assert len(registry) == 2

    def test_an_error_code_of_one_shape_may_be_declared_twice(self):
        class OutOfStock(ActionError[Stock], code="out_of_stock"):
            """Another text."""

        registry = Registry()
        registry.register([make("a", errors=[globals()["OutOfStock"]]), make("b", errors=[OutOfStock])])
        assert len(registry) == 2

    @pytest.mark.parametrize(
        ("details", "options"),
        [(None, {}), (int, {}), (Stock, {"status": 410}), (Stock, {"retryable": True})],
    )
    def test_an_error_code_of_two_shapes_is_refused(self, details, options):
        class Other(ActionError[details], code="out_of_stock", **options):
            pass

        registry, first = Registry(), make("a", errors=[OutOfStock])
        with pytest.raises(ActionDefinitionError, match="`out_of_stock` has another shape") as caught:
            registry.register([first, make("b", errors=[Other])])
        assert str(first.definition.where) in caught.value.what
        assert (caught.value.action, caught.value.field) == ("b", "errors")
        assert len(registry) == 0

    def test_define_actions_gives_the_actions_back(self):
        registry = Registry()
        given = define_actions([make("a"), make("b")], registry)
        assert [each.name for each in given] == ["a", "b"]
        assert all(each in registry for each in given)

    def test_an_action_is_in_the_registry_that_holds_that_very_object(self):
        registry, inside, other = Registry(), make("a"), make("a")
        registry.register([inside])
        assert inside in registry
        assert other not in registry
        assert "a" not in registry

    def test_an_action_is_found_by_name_and_by_slug(self):
        registry, only = Registry(), make("get_order_2")
        registry.register([only])
        assert registry.get("get_order_2") is only
        assert registry.get("get-order-2") is only
        for unknown in ("", "-", "getOrder2", "get order 2", "get_order", "GET_ORDER_2"):
            assert registry.get(unknown) is None

    def test_clear_forgets_every_action(self):
        registry = Registry()
        registry.register([make("get_order")])
        registry.clear()
        assert list(registry) == []
        assert registry.get("get-order") is None


HEAD = "from actionary import action\n"
ONE = HEAD + "@action\ndef {0}() -> None:\n    'Do.'\n"

FACTORY = HEAD.replace("action\n", "define_action\n") + (
    "def make(name):\n    return define_action(name=name, handler=lambda: None, description='Do.')\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """A project whose folder of actions has a name of its own, so that no module is met twice."""
    folder = tmp_path / f"actions_{tmp_path.name.replace('-', '_')}"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == folder.name]:
        del sys.modules[name]


def write(folder: Path, path: str, text: str) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text))
    return file


def discovered(folder: Path) -> Registry:
    registry = Registry()
    registry.discover(folder)
    return registry


class TestDiscovery:
    def test_each_file_gives_its_action(self, project):
        write(project, "ping.py", ONE.format("ping"))
        write(project, "shop/any_file_name.py", ONE.format("get_order"))
        assert [each.name for each in discovered(project)] == ["get_order", "ping"]

    def test_files_are_modules_by_dotted_path_so_they_can_import_each_other(self, project):
        write(project, "shop/_db.py", "TABLE = 'orders'\n")
        write(
            project,
            "shop/get_order.py",
            f"from {project.name}.shop._db import TABLE\n" + ONE.format("get_order"),
        )
        (found,) = discovered(project)
        assert found.handler.__module__ == f"{project.name}.shop.get_order"
        assert sys.modules[found.handler.__module__].TABLE == "orders"

    def test_the_root_may_be_above_the_folders_parent(self, project):
        file = write(project, "shop/ping.py", ONE.format("ping"))
        registry = Registry()
        registry.discover(project / "shop", root=project.parent)
        (found,) = registry
        assert found.handler.__module__ == f"{project.name}.shop.ping"
        assert found.definition.where.file == str(file)
        assert sys.path[0] == str(project.parent)

    @pytest.mark.parametrize("path", ["_db.py", "_more/ping.py", ".hidden/ping.py", "shop/__init__.py"])
    def test_support_code_is_not_imported(self, project, path):
        write(project, path, "raise RuntimeError('imported')\n")
        assert len(discovered(project)) == 0

    def test_a_file_with_two_actions_is_an_error_that_names_them(self, project):
        file = write(project, "two.py", ONE.format("b") + "@action\ndef a() -> None:\n    'Do.'\n")
        with pytest.raises(DiscoveryError) as caught:
            discovered(project)
        error = caught.value.failures[file]
        assert isinstance(error, ActionDefinitionError)
        assert error.what == "the file defines 2 actions: a, b"
        assert error.mend == "move each to a file of its own"
        assert str(error.where) == f"{file}:1"

    def test_a_file_without_action_is_an_error_with_both_ways_out(self, project):
        file = write(project, "none.py", "x = 1\n")
        with pytest.raises(DiscoveryError, match="decorate its function with @action, or begin") as caught:
            discovered(project)
        assert list(caught.value.failures) == [file]

    def test_an_action_of_another_file_does_not_count(self, project):
        write(project, "a.py", ONE.format("a"))
        write(project, "b.py", f"from {project.name}.a import a\nagain = a\n" + ONE.format("b"))
        assert [each.name for each in discovered(project)] == ["a", "b"]

    def test_an_action_that_support_code_made_for_a_file_is_that_files(self, project):
        write(project, "_factory.py", FACTORY)
        head = f"from {project.name}._factory import make\n"
        write(project, "a.py", head + "made = make('a')\n")
        write(project, "b.py", f"from {project.name}.a import made\n" + head + "other = make('b')\n")
        write(project, "shop/c.py", head + "made = [make('c')][0]\n")
        assert [each.name for each in discovered(project)] == ["a", "b", "c"]

    def test_two_actions_that_support_code_made_for_a_file_are_an_error_that_names_them(self, project):
        write(project, "_factory.py", FACTORY)
        file = write(
            project, "two.py", f"from {project.name}._factory import make\na, b = make('a'), make('b')\n"
        )
        with pytest.raises(DiscoveryError) as caught:
            discovered(project)
        assert "the file defines 2 actions: a, b" in str(caught.value.failures[file])

    def test_an_action_of_support_code_is_not_that_of_a_file_that_imports_it(self, project):
        write(project, "_factory.py", FACTORY + "shared = make('shared')\n")
        file = write(project, "a.py", f"from {project.name}._factory import shared\n")
        with pytest.raises(DiscoveryError, match="the file defines no action") as caught:
            discovered(project)
        assert list(caught.value.failures) == [file]

    def test_files_and_folders_may_be_links(self, project, tmp_path):
        data = tmp_path / "..data"
        data.mkdir()
        write(data, "ping.py", ONE.format("ping"))
        (project / "..data").symlink_to(data)
        (project / "ping.py").symlink_to(Path("..data/ping.py"))
        link = tmp_path / "link"
        link.symlink_to(project.parent)
        (found,) = discovered(link / project.name)
        assert found.name == "ping"
        assert found.definition.where.file == str(project / "ping.py")

    @pytest.mark.parametrize(
        ("path", "part", "better"),
        [
            ("my-action.py", "my-action", "my_action"),
            ("a.b.py", "a.b", "a_b"),
            ("2nd.py", "2nd", "action_2nd"),
            ("my shop/ping.py", "my shop", "my_shop"),
        ],
    )
    def test_a_file_whose_name_is_no_modules_is_named_with_a_better_one(self, project, path, part, better):
        file = write(project, path, ONE.format("ping"))
        with pytest.raises(DiscoveryError) as caught:
            discovered(project)
        error = caught.value.failures[file]
        assert isinstance(error, ActionDefinitionError)
        assert error.what == f"{part!r} is no name of a module"
        assert error.mend.startswith(f"rename it to {better!r}")
        assert str(error.where) == f"{file}:1"

    def test_one_action_under_two_names_is_one(self, project):
        write(project, "a.py", ONE.format("a") + "again = a\n")
        assert len(discovered(project)) == 1

    def test_every_failure_is_gathered_and_nothing_is_registered(self, project):
        write(project, "fine.py", ONE.format("fine"))
        first = write(project, "first.py", "import no_such_module_anywhere\n")
        second = write(project, "second.py", "def broken(:\n")
        third = write(project, "third.py", HEAD + "@action(public=1)\ndef third() -> None:\n    'Do.'\n")
        registry = Registry()
        with pytest.raises(DiscoveryError) as caught:
            registry.discover(project)
        kinds = {path: type(error) for path, error in caught.value.failures.items()}
        assert kinds == {first: ModuleNotFoundError, second: SyntaxError, third: ActionDefinitionError}
        assert caught.value.failures[third].where.line == 2
        for path in kinds:
            assert str(path) in str(caught.value)
        assert len(registry) == 0

    def test_names_that_clash_across_files_register_nothing(self, project):
        write(project, "a.py", ONE.format("ping"))
        write(project, "b.py", ONE.format("ping"))
        registry = Registry()
        with pytest.raises(ActionDefinitionError, match="the name is taken"):
            registry.discover(project)
        assert len(registry) == 0

    @pytest.mark.parametrize("last", [ONE.format("b"), "raise KeyError\n"])
    def test_garbage_is_collected_as_before_when_all_are_imported(self, project, last):
        before = gc.get_threshold()
        write(
            project, "a.py", f"import gc\nassert gc.get_threshold() == {(0, *before[1:])}\n" + ONE.format("a")
        )
        write(project, "b.py", last)
        with contextlib.suppress(DiscoveryError):
            discovered(project)
        assert gc.get_threshold() == before
        assert gc.isenabled()

    def test_a_file_may_say_when_garbage_is_collected(self, project):
        before = gc.get_threshold()
        write(project, "a.py", "import gc\ngc.disable()\ngc.set_threshold(9, 8, 7)\n" + ONE.format("a"))
        try:
            discovered(project)
            assert gc.get_threshold() == (9, 8, 7)
            assert not gc.isenabled()
        finally:
            gc.set_threshold(*before)
            gc.enable()

    def test_what_the_application_froze_stays_frozen(self, project):
        write(project, "a.py", ONE.format("a"))
        gc.freeze()
        try:
            frozen = gc.get_freeze_count()
            discovered(project)
            assert gc.get_freeze_count() > frozen * 0.9
        finally:
            gc.unfreeze()

    def test_a_file_that_cannot_be_looked_at_is_no_reason_to_leave_its_action_out(self, project):
        (project / "actions").mkdir(exist_ok=True)
        (project / "actions" / "long.py").symlink_to("x" * 300)
        with pytest.raises(OSError, match="File name too long"):
            Registry().discover(project / "actions")

    def test_discovering_twice_is_fine(self, project):
        write(project, "ping.py", ONE.format("ping"))
        registry = discovered(project)
        registry.discover(project)
        assert len(registry) == 1

    @pytest.mark.usefixtures("project")
    def test_a_folder_that_is_another_module_already_is_named(self, tmp_path):
        inner = tmp_path / "json"
        inner.mkdir()
        file = write(inner, "decoder.py", ONE.format("ping"))
        with pytest.raises(DiscoveryError, match=r"json\.decoder is already another module") as caught:
            discovered(inner)
        assert list(caught.value.failures) == [file]

    def test_a_folder_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"no folder of actions at .*nowhere"):
            discovered(tmp_path / "nowhere")


class Resources:
    """A lifespan that notes what happens to it."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.fail_opening = self.fail_closing = False

    @contextlib.asynccontextmanager
    async def lifespan(self):
        task = asyncio.current_task()
        self.events.append("opening")
        await self.go_on.wait()
        if self.fail_opening:
            raise OSError("no database")
        yield self
        assert asyncio.current_task() is task
        self.events.append("closing")
        if self.fail_closing:
            raise OSError("still busy")


@pytest.fixture
async def resources() -> Resources:
    return Resources()


@pytest.fixture
def registry(resources: Resources) -> Registry:
    return Registry(lifespan=resources.lifespan)


async def until(condition) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0)
    pytest.fail("it never came true")


class TestOpening:
    async def test_without_lifespan_a_registry_is_always_open(self):
        registry = Registry()
        async with registry.open() as given:
            assert given is None

    async def test_the_resources_are_there_as_long_as_the_context_lasts(self, registry, resources):
        async with registry.open() as given:
            assert given is resources
            assert resources.events == ["opening"]
        assert resources.events == ["opening", "closing"]

    async def test_it_can_be_opened_again(self, registry, resources):
        for _ in range(2):
            async with registry.open():
                pass
        assert resources.events == ["opening", "closing"] * 2

    async def test_whoever_opens_it_inside_shares_it(self, registry, resources):
        async with registry.open() as outer, registry.open() as inner:
            assert inner is outer
        assert resources.events == ["opening", "closing"]

    async def test_two_who_open_at_once_wait_for_the_same(self, registry, resources):
        resources.go_on.clear()
        leave = asyncio.Event()
        inside: list[object] = []

        async def use() -> None:
            async with registry.open() as given:
                assert given is resources
                inside.append(given)
                await leave.wait()

        users = [asyncio.create_task(use()) for _ in range(3)]
        await until(lambda: resources.events)
        assert not inside
        resources.go_on.set()
        await until(lambda: len(inside) == 3)
        leave.set()
        await asyncio.gather(*users)
        assert resources.events == ["opening", "closing"]

    async def test_the_last_to_leave_closes_it_whoever_opened_it(self, registry, resources):
        first_leaves, second_leaves = asyncio.Event(), asyncio.Event()
        inside: list[object] = []

        async def use(leave: asyncio.Event) -> None:
            async with registry.open() as given:
                inside.append(given)
                await leave.wait()

        first = asyncio.create_task(use(first_leaves))
        await until(lambda: len(inside) == 1)
        second = asyncio.create_task(use(second_leaves))
        await until(lambda: len(inside) == 2)
        first_leaves.set()
        await first
        assert resources.events == ["opening"]
        second_leaves.set()
        await second
        assert resources.events == ["opening", "closing"]

    async def test_it_is_closed_before_it_is_opened_anew(self, resources):
        close = asyncio.Event()

        @contextlib.asynccontextmanager
        async def slow():
            async with resources.lifespan() as given:
                yield given
                resources.events.append("slowly")
                await close.wait()

        registry = Registry(lifespan=slow)

        async def use() -> None:
            async with registry.open():
                pass

        first = asyncio.create_task(use())
        await until(lambda: "slowly" in resources.events)
        second = asyncio.create_task(use())
        for _ in range(10):
            await asyncio.sleep(0)
        assert resources.events == ["opening", "slowly"]
        close.set()
        await asyncio.gather(first, second)
        assert resources.events == ["opening", "slowly", "closing"] * 2

    async def test_an_error_in_opening_reaches_all_who_wait_and_leaves_it_closed(self, registry, resources):
        resources.fail_opening = True

        async def use() -> None:
            async with registry.open():
                pytest.fail("there are no resources")

        outcomes = await asyncio.gather(use(), use(), return_exceptions=True)
        assert [str(outcome) for outcome in outcomes] == ["no database", "no database"]
        assert resources.events == ["opening"]
        resources.fail_opening = False
        async with registry.open() as given:
            assert given is resources

    async def test_an_error_in_closing_reaches_the_last_and_leaves_it_closed(self, registry, resources):
        resources.fail_closing = True
        with pytest.raises(OSError, match="still busy"):
            async with registry.open():
                pass
        resources.fail_closing = False
        async with registry.open() as given:
            assert given is resources
        assert resources.events == ["opening", "closing"] * 2

    async def test_an_error_inside_passes_through_and_closes_it(self, registry, resources):
        with pytest.raises(ValueError, match="mine"):
            async with registry.open():
                raise ValueError("mine")
        assert resources.events == ["opening", "closing"]

    async def test_one_who_gives_up_waiting_does_not_disturb_the_others(self, registry, resources):
        resources.go_on.clear()

        async def use() -> object:
            async with registry.open() as given:
                return given

        impatient, patient = asyncio.create_task(use()), asyncio.create_task(use())
        await until(lambda: resources.events)
        impatient.cancel()
        await asyncio.wait({impatient})
        resources.go_on.set()
        assert await patient is resources
        assert impatient.cancelled()
        assert resources.events == ["opening", "closing"]

    async def test_when_all_give_up_waiting_the_opening_is_given_up(self, registry, resources):
        resources.go_on.clear()

        async def use() -> None:
            async with registry.open():
                pytest.fail("there are no resources")

        only = asyncio.create_task(use())
        await until(lambda: resources.events)
        only.cancel()
        with pytest.raises(asyncio.CancelledError):
            await only
        resources.go_on.set()
        async with registry.open() as given:
            assert given is resources
        assert resources.events == ["opening", "opening", "closing"]

    def test_each_event_loop_has_its_own(self):
        made: list[object] = []

        @contextlib.asynccontextmanager
        async def lifespan():
            made.append(asyncio.get_running_loop())
            yield made[-1]

        registry = Registry(lifespan=lifespan)

        async def outside() -> None:
            async with registry.open() as mine:
                await asyncio.to_thread(asyncio.run, inside(mine))
                async with registry.open() as still:
                    assert still is mine

        async def inside(theirs: object) -> None:
            async with registry.open() as mine:
                assert mine is asyncio.get_running_loop()
                assert mine is not theirs

        asyncio.run(outside())
        assert len(made) == 2

    @pytest.mark.parametrize("kind", ["text", "async generator", "generator", "coroutine"])
    def test_a_lifespan_that_makes_no_context_manager_is_refused(self, kind):
        async def agen():
            yield 1

        def gen():
            yield 1

        async def coroutine(): ...

        lifespan = {"text": "db", "async generator": agen, "generator": gen, "coroutine": coroutine}[kind]
        with pytest.raises(ActionDefinitionError, match="asynccontextmanager") as caught:
            Registry(lifespan=lifespan)
        assert caught.value.field == "lifespan"
        assert caught.value.where.file == __file__


def test_defining_an_action_registers_it_nowhere():
    from actionary import default_registry

    before = list(default_registry)

    @action
    def lonely() -> None:
        """Do."""

    assert list(default_registry) == before
