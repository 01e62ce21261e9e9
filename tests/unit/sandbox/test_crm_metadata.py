"""CRM metadata: what a schema snapshot is made from."""

from typing import Any

import pytest


def fields(running: Any, module: str) -> dict[str, dict[str, Any]]:
    answer = running.crm.get("/settings/fields", params={"module": module}).json()
    return {field["api_name"]: field for field in answer["fields"]}


def test_modules_are_described(empty: Any) -> None:
    """The record modules are listed, and each can be asked for alone."""
    names = [module["api_name"] for module in empty.crm.get("/settings/modules").json()["modules"]]
    assert {"Accounts", "Contacts", "Deals"} <= set(names)
    [one] = empty.crm.get("/settings/modules/Deals").json()["modules"]
    assert one["singular_label"] == "Deal"
    assert empty.crm.get("/settings/modules/Nope").json()["code"] == "INVALID_MODULE"


@pytest.mark.parametrize("module", ["Accounts", "Contacts", "Deals"])
def test_every_module_has_the_unique_key_field(empty: Any, module: str) -> None:
    """`Syncdsl_Key` is a custom text field of 40 characters without duplicates."""
    key = fields(empty, module)["Syncdsl_Key"]
    assert (key["data_type"], key["length"], key["custom_field"]) == ("text", 40, True)
    assert key["unique"] == {"casesensitive": "false"}


def test_fields_tell_types_lengths_and_choices(empty: Any) -> None:
    """Mandatory, read-only, lookup and pick list facts are those of a standard organisation."""
    accounts, contacts = fields(empty, "Accounts"), fields(empty, "Contacts")
    assert accounts["Account_Name"]["system_mandatory"]
    assert accounts["Account_Name"]["length"] == 200
    assert accounts["Phone"]["length"] == 30
    assert accounts["Modified_Time"]["read_only"]
    assert contacts["Full_Name"]["read_only"]
    assert contacts["Account_Name"]["lookup"]["module"]["api_name"] == "Accounts"
    identities = [field["id"] for field in (*accounts.values(), *contacts.values())]
    assert len(identities) == len(set(identities))


def test_stages_have_probability_and_category(empty: Any) -> None:
    """The stages of Deals say how likely they are and whether they are open, won or lost."""
    stages = fields(empty, "Deals")["Stage"]["pick_list_values"]
    told = [(stage["actual_value"], stage["probability"], stage["deal_category"]) for stage in stages]
    assert told == [
        ("Qualification", 10, "Open"),
        ("Needs Analysis", 20, "Open"),
        ("Value Proposition", 40, "Open"),
        ("Id. Decision Makers", 60, "Open"),
        ("Proposal/Price Quote", 75, "Open"),
        ("Negotiation/Review", 90, "Open"),
        ("Closed Won", 100, "Closed Won"),
        ("Closed Lost", 0, "Closed Lost"),
        ("Closed Lost to Competition", 0, "Closed Lost"),
    ]


def test_views_show_their_criteria_alone_not_in_the_list(empty: Any) -> None:
    """The list of views names them; the single view tells its criteria."""
    listed = empty.crm.get("/settings/custom_views", params={"module": "Accounts"}).json()
    views = {view["name"]: view for view in listed["custom_views"]}
    assert set(views) == {"All Accounts", "My Accounts", "Customers"}
    assert listed["info"]["default"] == views["All Accounts"]["id"]
    one = empty.crm.get(f"/settings/custom_views/{views['Customers']['id']}", params={"module": "Accounts"}).json()[
        "custom_views"
    ][0]
    assert one["criteria"]["comparator"] == "equal"
    assert one["criteria"]["field"]["api_name"] == "Account_Type"
    assert one["criteria"]["value"] == "Customer"


def test_the_pipeline_belongs_to_the_layout_of_deals(empty: Any) -> None:
    """The layout's id leads to the stages in their order."""
    layout = empty.crm.get("/settings/layouts", params={"module": "Deals"}).json()["layouts"][0]
    answer = empty.crm.get("/settings/pipeline", params={"layout_id": layout["id"]}).json()
    maps = answer["pipeline"][0]["maps"]
    assert [item["actual_value"] for item in maps][:2] == ["Qualification", "Needs Analysis"]
    assert maps[6]["forecast_type"] == "Closed Won"
    assert empty.crm.get("/settings/pipeline").json()["code"] == "REQUIRED_PARAM_MISSING"


def test_the_company_uses_three_currencies_with_the_euro_as_base(empty: Any) -> None:
    """The organisation has multi-currency on; its users and currencies are listed."""
    [org] = empty.crm.get("/org").json()["org"]
    assert (org["iso_code"], org["mc_status"], org["zgid"]) == ("EUR", True, "20098765432")
    currencies = empty.crm.get("/org/currencies").json()["currencies"]
    assert [(item["iso_code"], item["is_base"]) for item in currencies] == [
        ("EUR", True),
        ("USD", False),
        ("GBP", False),
    ]
    users = empty.crm.get("/users", params={"type": "ActiveUsers"}).json()["users"]
    assert all(user["status"] == "active" for user in users)
    assert empty.crm.get("/users", params={"type": "DeletedUsers"}).status_code == 204


def test_the_rows_of_a_subform_are_described_by_a_module_of_their_own(empty: Any) -> None:
    """A subform names the module that describes its rows; that module is listed as one, and has no records."""
    fields = empty.crm.get("/settings/fields", params={"module": "Quotes"}).json()["fields"]
    [subform] = [field for field in fields if field["data_type"] == "subform"]
    name = subform["associated_module"]["module"]
    rows = empty.crm.get("/settings/fields", params={"module": name}).json()["fields"]
    assert {"Product_Name", "Quantity", "List_Price"} <= {field["api_name"] for field in rows}
    listed = {item["api_name"]: item for item in empty.crm.get("/settings/modules").json()["modules"]}
    assert listed[name]["generated_type"] == "subform"
    assert empty.crm.get(f"/{name}", params={"fields": "id"}).json()["code"] == "INVALID_MODULE"


def test_personal_data_is_marked(empty: Any) -> None:
    """A field with personal data carries the mark, others do not."""
    fields = empty.crm.get("/settings/fields", params={"module": "Contacts"}).json()["fields"]
    assert [field["api_name"] for field in fields if field["private"]] == ["Date_of_Birth"]


def test_single_descriptions_are_found_by_id(empty: Any) -> None:
    """A module, layout, pipeline, currency or user asked for by id is the one that its list shows."""
    layout = empty.crm.get("/settings/layouts", params={"module": "Deals"}).json()["layouts"][0]
    asked = {
        "modules": ("/settings/modules", {}),
        "layouts": ("/settings/layouts", {"module": "Deals"}),
        "pipeline": ("/settings/pipeline", {"layout_id": layout["id"]}),
        "currencies": ("/org/currencies", {}),
        "users": ("/users", {}),
    }
    for key, (path, params) in asked.items():
        listed = empty.crm.get(path, params=params).json()[key][-1]
        [one] = empty.crm.get(f"{path}/{listed['id']}", params=params).json()[key]
        assert one == listed, key
    assert empty.crm.get("/settings/layouts/1", params={"module": "Deals"}).status_code == 204
    assert empty.crm.get("/settings/fields/1", params={"module": "Deals"}).status_code == 204
    assert empty.crm.get("/org/currencies/1").status_code == 204


def test_lists_can_be_narrowed(empty: Any) -> None:
    """Modules by their state, fields by their use, users by their type and counted, views by page."""
    assert empty.crm.get("/settings/modules", params={"status": "user_hidden"}).status_code == 204
    assert empty.crm.get("/settings/modules", params={"status": "odd"}).status_code == 400
    unused = empty.crm.get("/settings/fields", params={"module": "Deals", "type": "unused"})
    assert unused.status_code == 204
    everyone = empty.crm.get("/users").json()["users"]
    active = empty.crm.get("/users", params={"type": "ActiveUsers"}).json()["users"]
    assert len(active) == len(everyone) - 1
    assert empty.crm.get("/users/actions/count", params={"type": "ActiveUsers"}).json() == {"count": len(active)}
    page = empty.crm.get("/settings/custom_views", params={"module": "Accounts", "page": 2, "per_page": 2}).json()
    assert ([view["name"] for view in page["custom_views"]], page["info"]["more_records"]) == (["Customers"], False)


def test_an_administrator_adds_users_and_changes_them(empty: Any) -> None:
    """New ones are active; a profile and whether somebody is active can be changed; bad orders change nothing."""
    nora = {"first_name": "Nora", "last_name": "Nilsson"}
    [added] = empty.control("POST", "crm/users", {"users": [nora | {"profile": "Sales"}]})["users"]
    [shown] = empty.crm.get(f"/users/{added['id']}").json()["users"]
    assert (shown["email"], shown["profile"]["name"], shown["status"]) == (added["email"], "Sales", "active")
    assert empty.control("POST", "crm/users", {"users": [nora | {"active": False}]})["users"] == [added]
    [shown] = empty.crm.get("/users", params={"ids": added["id"]}).json()["users"]
    assert (shown["profile"]["name"], shown["status"]) == ("Sales", "disabled")
    url = f"{empty.crm_url}/_sandbox/crm/users"
    wrong: list[dict[str, Any]] = [{}, {"active": 1, **nora}, {"profile": 1, **nora}]
    for body in ({}, *({"users": [item]} for item in wrong)):
        assert empty.anybody.post(url, json=body).status_code == 400


def test_the_switch_of_the_stage_history_takes_true_or_false(empty: Any) -> None:
    """Anything else is refused and changes nothing."""
    url = f"{empty.crm_url}/_sandbox/crm/stage-history"
    for body in (b"", b"{}", b'{"on": 1}', b"[]"):
        assert empty.anybody.put(url, content=body).status_code == 400
    assert empty.control("GET", "crm/stage-history") == {"on": True}
