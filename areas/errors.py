"""What can go wrong with areas, in the words of the reader who has to mend it."""


class ReorganisationError(ValueError):
    """A change of areas that cannot be. The text is a Vietnamese sentence for the admin who asked for it."""


class CircularAreas(ReorganisationError):
    """An ended area goes on in an area that on the same day stands under it."""

    def __init__(self, area_id: int):
        super().__init__(f"Đơn vị số {area_id} kế thừa vòng quanh: đơn vị mới của nó lại thuộc chính nó.")
        self.area_id = area_id
