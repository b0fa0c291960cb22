"""Stamps that let the database itself keep rule F4: the period and kind of a return's value stand beside the value."""

import pgtrigger

STAMP_RETURN_VALUES = [
    pgtrigger.Trigger(
        name="stamp_from_return",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            SELECT r.area_id, r.period, r.estimate, e.kind = 'flow'
              INTO NEW.area_id, NEW.period, NEW.estimate, NEW.is_flow
              FROM activities_return r, activities_dataelement e
             WHERE r.id = NEW.report_id AND e.id = NEW.element_id;
            RETURN NEW;
        """,
    )
]
