from __future__ import annotations

from typing import Any, Generic, TypeVar

import pytest
from actionary import ActionDefinitionError, ActionError, Err, Ok, unwrap
from actionary.codes import CLIENT, COMMON, RESERVED_STATUSES
from actionary.result import CommonError, FailedCall, description_of, details_adapter
from pydantic import BaseModel

D = TypeVar("D")


class Stock(BaseModel):
    left: int


class OutOfStock(ActionError[Stock], code="out_of_stock", status=410, retryable=True):
    """Fewer are
    left.

    The rest is for people who read code.
    """


class ShopClosedError(ActionError, code="shop_closed"):
    pass


class TestDomainErrors:
    def test_an_error_knows_its_code_status_and_details(self):
        error = OutOfStock("Only 2.", details=Stock(left=2))
        assert (error.code, error.status, error.retryable) == ("out_of_stock", 410, True)
        assert (str(error), error.message, error.details) == ("Only 2.", "Only 2.", Stock(left=2))
        assert error.details_type is Stock

    def test_what_is_not_said_is_a_conflict_that_stays_one(self):
        error = ShopClosedError("Closed.")
        assert (error.status, error.retryable, error.details, error.details_type) == (409, False, None, None)

    def test_declared_details_are_required(self):
        with pytest.raises(TypeError, match="OutOfStock needs `details=` of type Stock"):
            OutOfStock("Only 2.")
        with pytest.raises(TypeError, match="OutOfStock needs `details=` of type Stock"):
            OutOfStock("Only 2.", details=None)  # type: ignore[arg-type]  # that is the point

    def test_details_that_may_be_null_may_be_given_as_null(self):
        class Odd(ActionError[Stock | None], code="odd"):
            pass

        assert Odd("x", details=None).details is None
        with pytest.raises(TypeError, match="Odd needs `details=`"):
            Odd("x")

    def test_details_that_were_not_declared_are_refused(self):
        with pytest.raises(TypeError, match="ShopClosedError has no details"):
            ShopClosedError("Closed.", details=Stock(left=1))  # type: ignore[call-overload]  # that is the point

    def test_the_base_itself_cannot_be_raised(self):
        with pytest.raises(TypeError, match="subclass it with `code=`"):
            ActionError("x")

    def test_a_subclass_inherits_what_it_does_not_say(self):
        class Sold(OutOfStock, status=409):
            pass

        assert (Sold.code, Sold.status, Sold.retryable, Sold.details_type) == (
            "out_of_stock",
            409,
            True,
            Stock,
        )

    def test_details_are_found_through_a_generic_error(self):
        class Base(ActionError[D], Generic[D], code="base"):
            pass

        class Concrete(Base[int], code="concrete"):
            pass

        assert (Base.details_type, Concrete.details_type) == (None, int)

    @pytest.mark.parametrize(
        ("options", "field", "said"),
        [
            ({}, "code", "needs a code"),
            *(({"code": code}, "code", "is no code") for code in ("", "A", "out-of-stock", "x\n", 5)),
            *(({"code": code}, "code", "is a common code") for code in (*COMMON, *CLIENT)),
            *(
                ({"code": "x", "status": status}, "status", "is no error status")
                for status in (200, 399, 600)
            ),
            *(
                ({"code": "x", "status": status}, "status", "is no error status")
                for status in ("409", True, 409.0)
            ),
            *(
                ({"code": "x", "status": status}, "status", "meaning of its own")
                for status in RESERVED_STATUSES
            ),
            *(({"code": "x", "retryable": value}, "retryable", "is no bool") for value in (1, "no")),
        ],
    )
    def test_a_mistake_is_refused_where_the_class_stands(self, options, field, said):
        with pytest.raises(ActionDefinitionError, match=said) as caught:

            class WrongError(ActionError, **options):
                pass

        assert caught.value.field == field
        assert caught.value.what.startswith("error WrongError: ")
        assert caught.value.where.file == __file__

    def test_every_other_status_is_free(self):
        for status in set(range(400, 600)) - RESERVED_STATUSES:
            type("Fine", (ActionError,), {}, code="fine", status=status)

    def test_its_description_is_its_own_first_paragraph(self):
        assert description_of(OutOfStock) == "Fewer are left."
        assert description_of(ShopClosedError) == ""

    def test_the_adapter_of_its_details_is_made_once(self):
        assert details_adapter(OutOfStock) is details_adapter(OutOfStock)


def err(**changes: Any) -> Err:
    fields = {"code": "out_of_stock", "message": "Only 2.", "status": 410, "retryable": True}
    return Err(
        **{**fields, "details": {"left": 2}, "action": "a", "latency_ms": 1.0, "request_id": "r", **changes}
    )


class TestUnwrap:
    def test_ok_gives_its_data(self):
        assert unwrap(Ok(3, "a", 1.0)) == 3
        assert unwrap(Ok(None, "a", 1.0)) is None

    def test_an_err_is_raised_with_all_it_says(self):
        with pytest.raises(ActionError, match=r"Only 2\.") as caught:
            unwrap(err())
        error = caught.value
        assert (error.code, error.status, error.retryable) == ("out_of_stock", 410, True)
        assert error.details == {"left": 2}

    def test_what_is_raised_is_of_no_domain_errors_class(self):
        with pytest.raises(FailedCall) as caught:
            unwrap(err())
        assert caught.value.result == err()
        assert not isinstance(caught.value, OutOfStock | CommonError)

    def test_a_code_that_this_version_does_not_know_is_raised_too(self):
        with pytest.raises(ActionError) as caught:
            unwrap(err(code="newer_than_this", status=418))
        assert (caught.value.code, caught.value.status) == ("newer_than_this", 418)

    def test_one_err_does_not_change_the_next(self):
        with pytest.raises(ActionError):
            unwrap(err())
        with pytest.raises(ActionError) as caught:
            unwrap(err(code="timeout", status=504))
        assert (caught.value.code, CommonError("timeout", "x").status) == ("timeout", 504)


@pytest.mark.parametrize("code", COMMON)
def test_a_common_error_is_what_the_table_says(code):
    error = CommonError(code, "Said.", details=[1])
    assert (error.code, error.status, error.retryable) == (code, COMMON[code].status, COMMON[code].retryable)
    assert (error.message, str(error), error.details) == ("Said.", "Said.", [1])


def test_results_say_which_they_are():
    assert Ok(1, "a", 1.0).ok is True
    assert err().ok is False
