"""One session of Zoho's own SDK against a sandbox, in a process of its own; what it saw goes to stdout as JSON.

The SDK keeps its settings in class attributes and its tokens and field descriptions in files, so it gets a process and
a folder. Nothing of it is changed. Connections to anywhere but the loopback interface are refused, and recorded.
"""

# The SDK ships no types.
# mypy: disable-error-code=import-untyped

from __future__ import annotations

import json
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap, Initializer, ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper as Query
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.custom_views import CustomViewsOperations, GetCustomViewsParam
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.fields import BodyWrapper as NewFields
from zohocrmsdk.src.com.zoho.crm.api.fields import CreateFieldParam, Fields, FieldsOperations, GetFieldsParam, Unique
from zohocrmsdk.src.com.zoho.crm.api.layouts import GetLayoutsParam, LayoutsOperations
from zohocrmsdk.src.com.zoho.crm.api.modules import ModulesOperations
from zohocrmsdk.src.com.zoho.crm.api.notifications import BodyWrapper as Watch
from zohocrmsdk.src.com.zoho.crm.api.notifications import Notification
from zohocrmsdk.src.com.zoho.crm.api.notifications.notifications_operations import (
    DeleteNotificationParam,
    GetNotificationsParam,
    NotificationsOperations,
)
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.pipeline import PipelineOperations
from zohocrmsdk.src.com.zoho.crm.api.record import (
    BodyWrapper,
    DeleteRecordsParam,
    GetDeletedRecordsParam,
    GetRecordsHeader,
    GetRecordsParam,
    LineItemProduct,
    RecordOperations,
    SearchRecordsParam,
)
from zohocrmsdk.src.com.zoho.crm.api.record import Record as ZCRMRecord
from zohocrmsdk.src.com.zoho.crm.api.related_records import GetRelatedRecordsParam, RelatedRecordsOperations
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.users import GetUsersParam, UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.util import Choice

BATCH = 100
PAGE = 200
REFUSED: list[str] = []


def guard() -> None:
    """Refuse connections that leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            REFUSED.append(str(address[0]))
            raise OSError(f"{address[0]} is not this machine")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign,assignment]  # the guard of this process alone


def initialise(base: str, folder: Path) -> None:
    """Point the SDK at a sandbox, with all its files in one folder."""
    Initializer.initialize(
        environment=DataCenter.Environment(base, base + "/oauth/v2/token", base),
        token=OAuthToken(
            client_id="sandbox-client",
            client_secret="sandbox-secret",
            refresh_token="sandbox-refresh",
        ),
        store=FileStore(str(folder / "tokens.csv")),
        sdk_config=SDKConfig(auto_refresh_fields=False, pick_list_validation=True),
        resource_path=str(folder),
        logger=Logger.get_instance(level=Logger.Levels.ERROR, file_path=str(folder / "sdk.log")),
    )


def parameters(**values: Any) -> ParameterMap:
    """Return the parameters of a list of records."""
    found = ParameterMap()
    for name, value in values.items():
        found.add(getattr(GetRecordsParam, name), value)
    return found


def seen(answer: Any) -> tuple[int, Any]:
    """Return the HTTP status and the object that the SDK made of the body."""
    return answer.get_status_code(), answer.get_object()


def entries(answer: Any) -> list[dict[str, Any]]:
    """Return the entries of a write's reply as plain data."""
    _, wrapper = seen(answer)
    if not hasattr(wrapper, "get_data"):
        return [problem(wrapper)]
    return [problem(entry) for entry in wrapper.get_data()]


def problem(entry: Any) -> dict[str, Any]:
    """Return one entry, a success or an error, as plain data."""
    details = entry.get_details() or {}
    return {
        "code": entry.get_code().get_value(),
        "status": entry.get_status().get_value(),
        "message": entry.get_message().get_value() if isinstance(entry.get_message(), Choice) else entry.get_message(),
        "id": str(details.get("id")) if details.get("id") is not None else None,
        "api_name": details.get("api_name"),
        "path": details.get("json_path"),
        "kind": type(entry).__name__,
    }


def account(**values: Any) -> ZCRMRecord:
    """Return a record with these fields."""
    record = ZCRMRecord()
    for name, value in values.items():
        record.add_key_value(name, value)
    return record


def sent(*records: ZCRMRecord, checks: list[str] | None = None) -> BodyWrapper:
    """Return the body of a write."""
    body = BodyWrapper()
    body.set_data(list(records))
    if checks:
        body.set_duplicate_check_fields(checks)
    return body


def writes() -> dict[str, Any]:
    """Insert, update, upsert and delete, well and badly."""
    operations = RecordOperations("Accounts")
    found: dict[str, Any] = {}
    first = account(Account_Name="SDK One", Syncdsl_Key="sdk-1", Phone="1", Account_Type=Choice("Customer"))
    found["insert"] = entries(operations.create_records(sent(first), HeaderMap()))
    identity = int(found["insert"][0]["id"])
    change = account(Phone="2")
    change.set_id(identity)
    found["update"] = entries(operations.update_records(sent(change), HeaderMap()))
    again = account(Account_Name="SDK One more", Syncdsl_Key="sdk-1")
    found["upsert"] = entries(operations.upsert_records(sent(again, checks=["Syncdsl_Key"]), HeaderMap()))
    clash = account(Account_Name="SDK Two", Syncdsl_Key="sdk-1")
    fresh = account(Account_Name="SDK Three", Syncdsl_Key="sdk-3")
    found["mixed"] = entries(operations.create_records(sent(clash, fresh), HeaderMap()))
    found["too_long"] = entries(operations.create_records(sent(account(Account_Name="L", Phone="1" * 31)), HeaderMap()))
    _, one = seen(operations.get_record(identity, ParameterMap(), HeaderMap()))
    [record] = one.get_data()
    found["read"] = {
        "name": record.get_key_value("Account_Name"),
        "phone": record.get_key_value("Phone"),
        "type": record.get_key_value("Account_Type").get_value(),
        "owner": record.get_key_value("Owner").get_email(),
        "modified": record.get_modified_time().astimezone(UTC).isoformat(),
    }
    contacts = RecordOperations("Contacts")
    lacking = contacts.create_records(sent(account(Email="lacking@example.com")), HeaderMap())
    found["mandatory"] = entries(lacking)
    gone = ParameterMap()
    gone.add(DeleteRecordsParam.ids, f"{found['mixed'][1]['id']},1")
    found["delete"] = entries(operations.delete_records(gone, HeaderMap()))
    listed = ParameterMap()
    listed.add(GetDeletedRecordsParam.type, "all")
    _, deleted = seen(operations.get_deleted_records(listed, HeaderMap()))
    found["deleted"] = [str(item.get_id()) for item in deleted.get_data()]
    return found


def pages(number: int) -> dict[str, Any]:
    """Insert many accounts and read them all: the first pages by number, the rest by page token."""
    operations = RecordOperations("Accounts")
    names = iter(f"Paged {index}" for index in range(number))
    for _ in range(number // BATCH):
        operations.create_records(sent(*(account(Account_Name=next(names)) for _ in range(BATCH))), HeaderMap())
    found: list[str] = []
    token, calls = None, 0
    while True:
        asked: dict[str, Any] = {"fields": "Account_Name,Modified_Time", "per_page": PAGE}
        asked |= {"page_token": token} if token else {"page": 1}
        _, page = seen(operations.get_records(parameters(**asked), HeaderMap()))
        calls += 1
        found += [str(record.get_id()) for record in page.get_data()]
        token = page.get_info().get_next_page_token()
        if not page.get_info().get_more_records():
            break
    _, second = seen(operations.get_records(parameters(fields="Account_Name", per_page=PAGE, page=2), HeaderMap()))
    _, beyond = seen(operations.get_records(parameters(fields="Account_Name", per_page=PAGE, page=11), HeaderMap()))
    since = HeaderMap()
    since.add(GetRecordsHeader.if_modified_since, datetime(2100, 1, 1, tzinfo=UTC))
    nothing = operations.get_records(parameters(fields="Account_Name"), since)
    return {
        "calls": calls,
        "rows": len(found),
        "different": len(set(found)),
        "second": [str(record.get_id()) for record in second.get_data()] == found[PAGE : 2 * PAGE],
        "beyond": problem(beyond)["code"],
        "unchanged": nothing.get_status_code(),
    }


def asks() -> dict[str, Any]:
    """Search, COQL, related lists."""
    operations = RecordOperations("Accounts")
    asked = ParameterMap()
    asked.add(SearchRecordsParam.criteria, "((Account_Name:starts_with:SDK)and(Phone:equals:2))")
    _, found = seen(operations.search_records(asked, HeaderMap()))
    query = Query()
    query.set_select_query("select Account_Name, Owner.email from Accounts where Syncdsl_Key = 'sdk-1' limit 1")
    _, rows = seen(CoqlOperations().get_records(query))
    wrong = Query()
    wrong.set_select_query("select Account_Name from Accounts")
    _, error = seen(CoqlOperations().get_records(wrong))
    contact = account(Last_Name="Related", Account_Name=_lookup(found.get_data()[0].get_id()))
    RecordOperations("Contacts").create_records(sent(contact), HeaderMap())
    related = ParameterMap()
    related.add(GetRelatedRecordsParam.fields, "Last_Name")
    listing = RelatedRecordsOperations("Contacts", "Accounts").get_related_records(
        found.get_data()[0].get_id(), related, HeaderMap()
    )
    return {
        "search": [record.get_key_value("Account_Name") for record in found.get_data()],
        "coql": [record.get_key_value("Owner.email") for record in rows.get_data()],
        "syntax": problem_code(error),
        "counts": [
            seen(operations.record_count(asked))[1].get_count(),
            seen(UsersOperations().users_count(ParameterMap()))[1].get_count(),
        ],
        "related": [record.get_key_value("Last_Name") for record in seen(listing)[1].get_data()],
    }


def problem_code(error: Any) -> str:
    """Return the code of an error that the SDK read."""
    code = error.get_code()
    return str(code.get_value() if isinstance(code, Choice) else code)


def documents() -> dict[str, Any]:
    """Insert a quote with lines, read them, and take one out."""
    product = entries(RecordOperations("Products").create_records(sent(account(Product_Name="Pump")), HeaderMap()))
    lines = []
    for price in (10.0, 5.0):
        item = LineItemProduct()
        item.set_id(int(product[0]["id"]))
        lines.append(account(Product_Name=item, Quantity=2.0, List_Price=price))
    operations = RecordOperations("Quotes")
    made = entries(operations.create_records(sent(account(Subject="Q", Quoted_Items=lines)), HeaderMap()))
    _, one = seen(operations.get_record(int(made[0]["id"]), ParameterMap(), HeaderMap()))
    [quote] = one.get_data()
    rows = quote.get_key_value("Quoted_Items")
    return {
        "code": made[0]["code"],
        "total": quote.get_key_value("Grand_Total"),
        "lines": [row.get_key_value("Net_Total") for row in rows],
        "product": rows[0].get_key_value("Product_Name").get_name(),
    }


def custom_field() -> dict[str, Any]:
    """Make a custom field and see it described."""
    wanted = Fields()
    wanted.set_field_label("Made by SDK")
    wanted.set_data_type("text")
    wanted.set_length(40)
    unique = Unique()
    unique.set_casesensitive("false")
    wanted.set_unique(unique)
    body = NewFields()
    body.set_fields([wanted])
    asked = ParameterMap()
    asked.add(CreateFieldParam.module, "Vendors")
    made = seen(FieldsOperations().create_field(body, asked))[1].get_fields()[0]
    listed = ParameterMap()
    listed.add(GetFieldsParam.module, "Vendors")
    fields = seen(FieldsOperations().get_fields(listed))[1].get_fields()
    return {
        "status": made.get_status().get_value(),
        "lengths": [field.get_length() for field in fields if field.get_api_name() == "Made_by_SDK"],
    }


def _lookup(identity: int) -> ZCRMRecord:
    record = ZCRMRecord()
    record.set_id(identity)
    return record


def descriptions() -> dict[str, Any]:
    """Read the metadata."""
    _, modules = seen(ModulesOperations().get_modules(ParameterMap()))
    of_deals = ParameterMap()
    of_deals.add(GetFieldsParam.module, "Deals")
    _, fields = seen(FieldsOperations().get_fields(of_deals))
    stage = next(field for field in fields.get_fields() if field.get_api_name() == "Stage")
    layout_of = ParameterMap()
    layout_of.add(GetLayoutsParam.module, "Deals")
    _, layouts = seen(LayoutsOperations().get_layouts(layout_of))
    layout = layouts.get_layouts()[0]
    views_of = ParameterMap()
    views_of.add(GetCustomViewsParam.module, "Accounts")
    _, views = seen(CustomViewsOperations().get_custom_views(views_of))
    _, pipelines = seen(PipelineOperations(layout.get_id()).get_pipelines())
    _, org = seen(OrgOperations().get_organization())
    kind = ParameterMap()
    kind.add(GetUsersParam.type, "ActiveUsers")
    _, users = seen(UsersOperations().get_users(kind, HeaderMap()))
    return {
        "modules": [module.get_api_name() for module in modules.get_modules()],
        "stages": len(stage.get_pick_list_values()),
        "layout": layout.get_name(),
        "views": [view.get_name() for view in views.get_custom_views()],
        "pipeline": [item.get_actual_value() for item in pipelines.get_pipeline()[0].get_maps()][:2],
        "currency": org.get_org()[0].get_iso_code(),
        "users": len(users.get_users()),
    }


def notifications() -> dict[str, Any]:
    """Subscribe, list, and end it."""
    operations = NotificationsOperations()
    notice = Notification()
    notice.set_channel_id("1000000068001")
    notice.set_events(["Deals.all"])
    notice.set_token("sdk-token")
    notice.set_notify_url("http://127.0.0.1:9/notify")
    body = Watch()
    body.set_watch([notice])
    enabled = seen(operations.enable_notifications(body))[1].get_watch()[0]
    asked = ParameterMap()
    asked.add(GetNotificationsParam.channel_id, 1000000068001)
    listed = seen(operations.get_notifications(asked))[1].get_watch()
    gone = ParameterMap()
    gone.add(DeleteNotificationParam.channel_ids, "1000000068001")
    ended = seen(operations.delete_notification(gone))[1].get_watch()[0]
    return {
        "enabled": enabled.get_status().get_value(),
        "listed": [item.get_token() for item in listed],
        "ended": ended.get_status().get_value(),
    }


def main() -> None:
    """Run the whole session: base URL and folder are the arguments."""
    base, folder = sys.argv[1], Path(sys.argv[2])
    guard()
    initialise(base, folder)
    found = {
        "writes": writes(),
        "asks": asks(),
        "descriptions": descriptions(),
        "notifications": notifications(),
        "documents": documents(),
        "custom_field": custom_field(),
        "pages": pages(2_100),
    }
    sys.stdout.write(json.dumps({**found, "refused": REFUSED}) + "\n")


if __name__ == "__main__":
    main()
