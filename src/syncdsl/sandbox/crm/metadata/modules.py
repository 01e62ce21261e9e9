"""`/settings/modules` (Zoho CRM API v8, Modules Metadata), and how other metadata calls name their module."""

from syncdsl.sandbox.crm.catalogue import Catalogue, Module
from syncdsl.sandbox.crm.envelope import invalid_parameter, missing_parameter, refused
from syncdsl.sandbox.crm.metadata.describing import shown_module
from syncdsl.sandbox.exchange import Call, Reply

STATES = ("visible", "user_hidden", "system_hidden", "scheduled_for_deletion")


class Modules:
    """The calls about modules."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def listed(self, call: Call) -> Reply:
        """Answer `GET /settings/modules`; 204 when no module is in the state asked for."""
        asked = [item.strip() for item in call.query.get("status", "visible").split(",")]
        if not set(asked) <= set(STATES):
            raise invalid_parameter("status", supported_values=list(STATES))
        if "visible" not in asked:
            return Reply(status=204)
        return Reply(content={"modules": [shown_module(module) for module in self._catalogue.described.values()]})

    def one(self, call: Call) -> Reply:
        """Answer `GET /settings/modules/{api name or id}`."""
        asked = call.variables["api_name"]
        for module in self._catalogue.described.values():
            if asked in {module.api_name, module.id}:
                return Reply(content={"modules": [shown_module(module)]})
        raise refused(400, "INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 2})


def asked_module(catalogue: Catalogue, call: Call) -> Module:
    """Return the module that the parameter `module` names. Raises the refusal of a missing or an unknown one."""
    name = call.query.get("module")
    if not name:
        raise missing_parameter("module")
    if name not in catalogue.described:
        raise refused(400, "INVALID_MODULE", "the module name given seems to be invalid", {"param_name": "module"})
    return catalogue.described[name]
