"""The part of `README.md` on how the package comes into a project."""

from __future__ import annotations

from collections.abc import Iterator

from actionary.catalog import Catalog

from actionary_build.emit.typescript.package import packed_name
from actionary_build.texts import MarkdownCode, MarkdownFence


def install_part(catalog: Catalog, package: str, *, react: bool) -> Iterator[str]:
    """Tell how the package is built and installed; one with hooks is not to be a link."""
    yield "## Install"
    if react:
        yield "Let this folder have what it is built with, once:"
        yield MarkdownFence("npm install", "sh")
        yield "Then pack it, which builds it too, and install what is packed; both in your project:"
        yield MarkdownFence(
            f"npm pack path/to/clients/typescript\nnpm install ./{packed_name(package, catalog)}", "sh"
        )
        yield (
            "Do both again after the next build. Do not install the folder itself: npm would make a link, "
            "through which the hooks find the `react` of this folder, not yours (`Invalid hook call`)."
        )
    else:
        yield "Build it once in this folder, then install it in your project (`npm pack` builds it too):"
        yield MarkdownFence("npm install\nnpm run build", "sh")
        yield MarkdownFence("npm install path/to/clients/typescript", "sh")
    yield (
        f"After that, everything is imported from {MarkdownCode(package)}. The package has ECMAScript "
        "modules only. TypeScript finds it with the `moduleResolution` `bundler`, and with `node16` or "
        '`nodenext` in modules: `"type": "module"` in your `package.json`, or files that end in `.mts`.'
    )
