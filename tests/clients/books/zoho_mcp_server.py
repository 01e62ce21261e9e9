"""zoho-books-mcp's tools behind an MCP server on standard input and output; run as a script.

The package's own `main` passes a `version` that FastMCP takes only in releases of `mcp` which do not work with today's
pydantic, so the server is made here and the tools are registered by the package's own function. Its tools that take
`**kwargs` cannot be called over MCP; they are registered once more, taking their arguments as one object.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.fastmcp import FastMCP
from zoho_mcp import tools  # type: ignore[import-untyped]  # the package has neither stubs nor a marker
from zoho_mcp.server import register_tools  # type: ignore[import-untyped]  # as above

Tool = Callable[..., Awaitable[dict[str, Any]]]


def with_one_object(tool: Tool) -> Tool:
    """Return the tool with its arguments in one object."""

    async def calling(arguments: dict[str, Any]) -> dict[str, Any]:
        return await tool(**arguments)

    return calling


if __name__ == "__main__":
    server = FastMCP("zoho-books")
    register_tools(server)
    for name in ("create_customer", "create_vendor", "update_contact", "create_invoice"):
        server.add_tool(with_one_object(getattr(tools, name)), name=f"{name}_of")
    server.run("stdio")
