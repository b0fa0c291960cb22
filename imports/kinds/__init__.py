"""The kinds of files that the portal takes. One more is one more module and one line here."""

from imports.kinds.activities import ActivityResource
from imports.kinds.attendances import AttendanceResource
from imports.kinds.base import KindResource
from imports.kinds.members import MemberResource
from imports.kinds.returns import ReturnResource
from imports.kinds.teams import TeamResource
from imports.kinds.trainings import TrainingResource

KINDS: dict[str, type[KindResource]] = {
    kind.code: kind
    for kind in (TeamResource, MemberResource, TrainingResource, AttendanceResource, ReturnResource, ActivityResource)
}
