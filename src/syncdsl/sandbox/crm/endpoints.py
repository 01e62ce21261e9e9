"""The paths of the emulated CRM and the handlers behind them."""

from starlette.routing import Route

from syncdsl.sandbox.crm.catalogue import DESCRIBED, Catalogue
from syncdsl.sandbox.crm.company import Company
from syncdsl.sandbox.crm.control import CrmControl
from syncdsl.sandbox.crm.coql import Coql
from syncdsl.sandbox.crm.deleting import Deleting
from syncdsl.sandbox.crm.merging import Merging
from syncdsl.sandbox.crm.metadata import Fields, Layouts, Modules, Views
from syncdsl.sandbox.crm.notifying import Watching
from syncdsl.sandbox.crm.reading import Reading
from syncdsl.sandbox.crm.recycle_bin import RecycleBin
from syncdsl.sandbox.crm.recycled import Shelf
from syncdsl.sandbox.crm.related import Relating
from syncdsl.sandbox.crm.search import Searching
from syncdsl.sandbox.crm.staff import Staff
from syncdsl.sandbox.crm.stage_history import StageHistory
from syncdsl.sandbox.crm.timeline import Timeline
from syncdsl.sandbox.crm.watch import Subscriptions
from syncdsl.sandbox.crm.writing import Writing
from syncdsl.sandbox.exchange import Handler
from syncdsl.sandbox.platform import Platform

BASE = "/crm/v8"


class Crm:
    """The parts of the emulated CRM, put together once for a platform."""

    def __init__(self, platform: Platform) -> None:
        store, clock = platform.store, platform.clock
        catalogue = Catalogue(store, DESCRIBED, key_fields=platform.options.key_fields)
        watching = Watching(store, clock, platform.deliveries)
        self.history = StageHistory(store, clock)
        self.staff = Staff()
        self.company = Company(clock, platform.options.crm_organisation, self.staff)
        self.modules, self.fields = Modules(catalogue), Fields(clock, catalogue)
        self.views, self.layouts = Views(catalogue), Layouts(catalogue)
        self.reading = Reading(store, clock, catalogue)
        self.searching = Searching(store, catalogue, platform.faults)
        self.coql = Coql(store, catalogue)
        self.relating = Relating(store, clock, catalogue, self.history)
        self.writing = Writing(store, clock, catalogue, self.history, watching)
        self.timeline, shelf = Timeline(store, clock, catalogue), Shelf(store, clock)
        self.deleting = Deleting(store, clock, catalogue, watching, shelf=shelf, timeline=self.timeline)
        self.bin = RecycleBin(store, clock, catalogue, shelf, self.timeline)
        self.merging = Merging(store, clock, catalogue, watching, relating=self.relating, timeline=self.timeline)
        self.subscriptions = Subscriptions(clock, catalogue, watching)

    def endpoints(self) -> list[tuple[str, str, Handler]]:
        """Return (method, path, handler) triples; fixed paths stand before those with a module's name."""
        endpoints = [*self._metadata(), *self._actions(), *self._records()]
        return [(method, BASE + path, handler) for method, path, handler in endpoints]

    def control(self) -> list[Route]:
        """Return the CRM's own routes of the control endpoint."""
        return CrmControl(self.history, self.staff).routes()

    def _metadata(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/org", self.company.org),
            ("GET", "/org/currencies", self.company.currencies),
            ("GET", "/org/currencies/{id}", self.company.one_currency),
            ("GET", "/users", self.company.users),
            ("GET", "/users/actions/count", self.company.count_users),
            ("GET", "/users/{id}", self.company.one_user),
            ("GET", "/settings/modules", self.modules.listed),
            ("GET", "/settings/modules/{api_name}", self.modules.one),
            ("GET", "/settings/fields", self.fields.listed),
            ("POST", "/settings/fields", self.fields.create),
            ("GET", "/settings/fields/{id}", self.fields.one),
            ("GET", "/settings/custom_views", self.views.listed),
            ("POST", "/settings/custom_views", self.views.create),
            ("GET", "/settings/custom_views/{id}", self.views.one),
            ("GET", "/settings/layouts", self.layouts.listed),
            ("GET", "/settings/layouts/{id}", self.layouts.one),
            ("GET", "/settings/pipeline", self.layouts.pipelines),
            ("GET", "/settings/pipeline/{id}", self.layouts.one_pipeline),
            ("GET", "/settings/related_lists", self.relating.described),
            ("GET", "/settings/related_lists/{id}", self.relating.described),
            ("GET", "/settings/recycle_bin", self.bin.listed),
            ("DELETE", "/settings/recycle_bin", self.bin.discard_many),
            ("POST", "/settings/recycle_bin/actions/restore", self.bin.restore_many),
            ("GET", "/settings/recycle_bin/{id}", self.bin.one),
            ("DELETE", "/settings/recycle_bin/{id}", self.bin.discard),
            ("POST", "/settings/recycle_bin/{id}/actions/restore", self.bin.restore),
        ]

    def _actions(self) -> list[tuple[str, str, Handler]]:
        return [
            ("POST", "/coql", self.coql.query),
            ("GET", "/actions/watch", self.subscriptions.listed),
            ("POST", "/actions/watch", self.subscriptions.enable),
            ("PUT", "/actions/watch", self.subscriptions.replace),
            ("PATCH", "/actions/watch", self.subscriptions.change),
            ("DELETE", "/actions/watch", self.subscriptions.disable),
            ("GET", "/{module}/deleted", self.deleting.deleted),
            ("GET", "/{module}/search", self.searching.search),
            ("GET", "/{module}/actions/count", self.searching.count),
            ("POST", "/{module}/upsert", self.writing.upsert),
            ("GET", "/{module}/{id}/__timeline", self.timeline.listed),
            ("GET", "/{module}/{id}/actions/merge", self.merging.jobs),
            ("POST", "/{module}/{id}/actions/merge", self.merging.merge),
        ]

    def _records(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/{module}", self.reading.list),
            ("POST", "/{module}", self.writing.insert),
            ("PUT", "/{module}", self.writing.update),
            ("DELETE", "/{module}", self.deleting.many),
            ("GET", "/{module}/{id}", self.reading.one),
            ("PUT", "/{module}/{id}", self.writing.update),
            ("DELETE", "/{module}/{id}", self.deleting.one),
            ("GET", "/{module}/{id}/{list}", self.relating.listed),
            ("PUT", "/{module}/{id}/{list}", self.relating.relate),
            ("DELETE", "/{module}/{id}/{list}", self.relating.separate),
            ("GET", "/{module}/{id}/{list}/{related}", self.relating.one),
            ("PUT", "/{module}/{id}/{list}/{related}", self.relating.relate),
            ("DELETE", "/{module}/{id}/{list}/{related}", self.relating.separate),
        ]
