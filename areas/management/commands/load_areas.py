import json
import time

from django.core.management.base import BaseCommand

from areas import loading


class Command(BaseCommand):
    help = "Nạp các tỉnh, huyện, xã trước và sau ngày 01/07/2025. Chạy lại không đổi gì."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON ra stdout")

    def handle(self, *args, **options):
        start = time.monotonic()

        def tell(sentence: str) -> None:
            if options["verbosity"]:
                self.stderr.write(f"[{time.monotonic() - start:5.1f} s] {sentence}", lambda text: text)

        result = loading.load(tell)
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(
                "{units} đơn vị: {created} mới, {updated} sửa, {unchanged} không đổi; {successions} kế thừa "
                "({disagreements} dòng hai nguồn khác nhau).".format(**result)
            )
