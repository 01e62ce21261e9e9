"""The metadata calls: modules, fields, views, layouts, pipelines; what is made over them is seen at once."""

from syncdsl.sandbox.crm.metadata.fields import Fields
from syncdsl.sandbox.crm.metadata.layouts import Layouts
from syncdsl.sandbox.crm.metadata.modules import Modules
from syncdsl.sandbox.crm.metadata.views import Views

__all__ = ["Fields", "Layouts", "Modules", "Views"]
