"""Rules of the tree that a table constraint cannot say. Those of successions are asked when the transaction commits, so
that a decree may be written in any order; successions are few."""

import pgtrigger

# A parent stands on a wider level than its child, so the tree of a day can have no cycle. A statement at a time: with a
# deferred trigger for each row, 89,000 new villages took more than nine minutes (every call of a row-level trigger of
# pgtrigger walks through all events that still wait for the commit).
PARENTS_ARE_WIDER = [
    pgtrigger.Trigger(
        name=f"parents_are_wider_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new="new_edges"),
        declare=[("wrong", "bigint")],
        func="""
            SELECT min(e.id) INTO wrong FROM new_edges e
              JOIN areas_area p ON p.id = e.parent_id JOIN areas_area c ON c.id = e.child_id
             WHERE p.level >= c.level;
            IF wrong IS NOT NULL THEN
                RAISE EXCEPTION 'Đơn vị cấp trên phải thuộc cấp rộng hơn (quan hệ %).', wrong
                      USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        """,
    )
    for name, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
]

# The day of a succession is the predecessor's end and the successor is valid on it (A3). A successor therefore always
# ends later than its predecessor, and successions can have no cycle.
_DATES_HOLD = """
    IF EXISTS (
        SELECT 1 FROM areas_areasuccession s
          JOIN areas_area p ON p.id = s.predecessor_id
          JOIN areas_area n ON n.id = s.successor_id
         WHERE {scope} AND (upper(p.valid) IS DISTINCT FROM s.date OR NOT n.valid @> s.date)
    ) THEN
        RAISE EXCEPTION 'Ngày kế thừa phải là ngày kết thúc của đơn vị cũ và nằm trong đời của đơn vị mới (%).', NEW.id
              USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""

SUCCESSION_DATES = pgtrigger.Trigger(
    name="succession_dates",
    level=pgtrigger.Row,
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    timing=pgtrigger.Deferred,
    func=_DATES_HOLD.format(scope="s.id = NEW.id"),
)

VALID_KEEPS_SUCCESSIONS = pgtrigger.Trigger(
    name="valid_keeps_successions",
    level=pgtrigger.Row,
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("valid"),
    timing=pgtrigger.Deferred,
    func=_DATES_HOLD.format(scope="NEW.id IN (s.predecessor_id, s.successor_id)"),
)

WEIGHTS_SUM_TO_ONE = pgtrigger.Trigger(
    name="weights_sum_to_one",
    level=pgtrigger.Row,
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    timing=pgtrigger.Deferred,
    declare=[("given", "bigint"), ("rows_", "bigint"), ("total", "numeric"), ("who", "bigint")],
    func="""
        who := CASE WHEN TG_OP = 'DELETE' THEN OLD.predecessor_id ELSE NEW.predecessor_id END;
        SELECT count(weight), count(*), sum(weight) INTO given, rows_, total
          FROM areas_areasuccession WHERE predecessor_id = who;
        IF given > 0 AND (given <> rows_ OR total <> 1) THEN
            RAISE EXCEPTION 'Tỷ lệ chia của một đơn vị phải đủ và cộng lại bằng 1 (đơn vị %, tổng %).', who, total
                  USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)
