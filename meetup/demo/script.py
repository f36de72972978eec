"""The demo's sessions and issues, as the story has them (docs: the design's demo data)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Day = tuple[int, int]


@dataclass(frozen=True)
class SessionScript:
    """One session: its day (day, month), theme and title."""

    number: int
    day: Day
    title: str
    topic: str


@dataclass(frozen=True)
class IssueScript:
    """One issue: who raised it, where, and what became of it.

    ``steps`` are (day, month, step, arguments) after the conclusion.
    """

    key: str
    session: int
    who: str
    title: str
    text: str
    field: str
    lead: str
    along: tuple[str, ...] = ()
    task: str = ""
    working_days: int = 15
    visibility: str = "public"
    kind: str = "obstacle"
    steps: tuple[tuple[int, int, str, dict[str, Any]], ...] = ()
    also: tuple[str, ...] = ()


SESSIONS = (
    SessionScript(31, (5, 9), "Cà phê kết nối doanh nghiệp: Đất đai và mặt bằng", "Đất đai và mặt bằng"),
    SessionScript(32, (19, 9), "Cà phê kết nối doanh nghiệp: Xây dựng, PCCC", "Xây dựng, PCCC"),
    SessionScript(33, (3, 10), "Cà phê kết nối doanh nghiệp: Thuế, hóa đơn", "Thuế, hóa đơn"),
    SessionScript(34, (17, 10), "Cà phê kết nối doanh nghiệp: Giao thông, logistics", "Giao thông, logistics"),
    SessionScript(35, (31, 10), "Cà phê kết nối doanh nghiệp: Lao động", "Lao động"),
    SessionScript(36, (14, 11), "Cà phê kết nối doanh nghiệp: Chuyển đổi số, TTHC", "Chuyển đổi số, TTHC"),
)

COMING = SessionScript(37, (28, 11), "Cà phê kết nối doanh nghiệp: Tháo gỡ vướng mắc cuối năm", "Tổng hợp")

ISSUES = (
    IssueScript(
        "thue-dat",
        31,
        "mot",
        "Hồ sơ thuê đất mở rộng kho lạnh chậm được trả lời",
        "Hồ sơ thuê đất mở rộng kho lạnh tại xã Sông Đốc đã nộp hơn 6 tháng, bổ sung ba lần vẫn chưa có thông báo.",
        "dat-dai",
        "SNNMT",
        ("XA-SONGDOC",),
        "Rà soát hồ sơ thuê đất, trả lời doanh nghiệp bằng văn bản, nêu rõ thành phần còn thiếu.",
        steps=(
            (8, 9, "accept", {}),
            (14, 9, "progress", {"text": "Đã mời doanh nghiệp làm việc trực tiếp về hồ sơ."}),
            (
                21,
                9,
                "answer",
                {
                    "text": "Hồ sơ còn thiếu trích đo địa chính và phương án sử dụng đất. Sở đã gửi mẫu và cử cán bộ hướng dẫn; "
                    "thời gian giải quyết là 20 ngày kể từ khi nhận đủ hồ sơ.",
                    "legal_references": "Luật Đất đai 2024; Nghị định 102/2024/NĐ-CP",
                    "outcome": "explained",
                },
            ),
            (22, 9, "verify", {}),
            (24, 9, "confirm", {"satisfaction": 5}),
            (28, 9, "publish", {}),
        ),
    ),
    IssueScript(
        "vay-von",
        31,
        "hai",
        "Vay vốn ưu đãi mua máy sấy lúa",
        "Đề nghị hướng dẫn vay vốn ưu đãi mua máy sấy, ngân hàng yêu cầu tài sản bảo đảm là đất chưa có giấy.",
        "tin-dung",
        "NHNN",
        ("STC",),
        "Hướng dẫn hợp tác xã tiếp cận vốn ưu đãi; làm việc với ngân hàng về tài sản bảo đảm.",
        kind="proposal",
        steps=(
            (8, 9, "accept", {}),
            (
                25,
                9,
                "answer",
                {
                    "text": "Hợp tác xã được vay không cần tài sản bảo đảm đến 300 triệu đồng khi có phương án kinh doanh khả thi. "
                    "Đầu mối hướng dẫn: phòng giao dịch tại địa bàn.",
                    "legal_references": "Nghị định 55/2015/NĐ-CP, Nghị định 116/2018/NĐ-CP",
                    "outcome": "explained",
                },
            ),
            (28, 9, "verify", {}),
            (1, 10, "confirm", {"satisfaction": 3}),
            (5, 10, "publish", {}),
        ),
    ),
    IssueScript(
        "pccc",
        32,
        "ba",
        "Nghiệm thu PCCC nhà xưởng kéo dài, hướng dẫn khác nhau",
        "Nghiệm thu PCCC nhà xưởng kéo dài, hai cơ quan hướng dẫn khác nhau.",
        "xay-dung",
        "SXD",
        (),
        "Thống nhất một đầu mối nghiệm thu PCCC và trả lời doanh nghiệp.",
        steps=(
            (22, 9, "accept", {}),
            (
                23,
                9,
                "transfer",
                {
                    "to": "CA",
                    "reason": "Nội dung nghiệm thu PCCC thuộc thẩm quyền Công an tỉnh.",
                    "ground": "Luật PCCC và CNCH 2024",
                },
            ),
            (24, 9, "accept_transfer", {}),
            (
                25,
                9,
                "transfer",
                {"to": "SXD", "reason": "Phần kết cấu nhà xưởng do Sở Xây dựng thẩm định.", "ground": "Luật Xây dựng"},
            ),
            (28, 9, "decide", {"to": "CA", "reason": "Chủ tọa giao Công an tỉnh chủ trì; hạn giữ nguyên."}),
            (29, 9, "accept", {}),
            (
                9,
                10,
                "answer",
                {
                    "text": "Công an tỉnh là đầu mối duy nhất. Đã kiểm tra ngày 07/10, doanh nghiệp hoàn thiện hai nội dung "
                    "về lối thoát nạn; kết quả nghiệm thu được cấp trong 5 ngày làm việc.",
                    "legal_references": "Luật PCCC và CNCH số 55/2024/QH15",
                    "outcome": "resolved",
                },
            ),
            (12, 10, "verify", {}),
            (15, 10, "confirm", {"satisfaction": 4}),
            (19, 10, "publish", {}),
        ),
    ),
    IssueScript(
        "dien-gio",
        32,
        "bon",
        "Danh mục vị trí điện gió ngoài khơi và đầu mối liên hệ",
        "Xin danh mục vị trí có thể làm điện gió ngoài khơi và đầu mối liên hệ.",
        "dau-tu",
        "SCT",
        (),
        "Cung cấp danh mục trong thẩm quyền; phần vượt thẩm quyền kiến nghị Bộ Công Thương.",
        kind="proposal",
        steps=(
            (22, 9, "accept", {}),
            (
                2,
                10,
                "answer",
                {
                    "text": "Đầu mối của tỉnh là Sở Công Thương. Danh mục khu vực ngoài khơi thuộc thẩm quyền trung ương, "
                    "tỉnh đã có văn bản kiến nghị Bộ Công Thương công bố.",
                    "legal_references": "Luật Điện lực 2024",
                    "outcome": "beyond_authority",
                    "forwarded_to": "Bộ Công Thương",
                },
            ),
            (5, 10, "verify", {}),
            (20, 10, "lapse", {}),
        ),
    ),
    IssueScript(
        "thue-khoan",
        33,
        "nam",
        "Chuyển từ thuế khoán sang kê khai",
        "Chuyển từ thuế khoán sang kê khai, chưa biết dùng hóa đơn điện tử từ máy tính tiền.",
        "thue",
        "THUE",
        (),
        "Đăng hướng dẫn sử dụng hóa đơn điện tử từ máy tính tiền cho hộ kinh doanh.",
        working_days=5,
        kind="hardship",
        steps=(
            (5, 10, "accept", {}),
            (
                5,
                10,
                "answer",
                {
                    "text": "Đã đăng hướng dẫn từng bước kèm video; cán bộ thuế hỗ trợ cài đặt tại chỗ trong tháng.",
                    "legal_references": "Nghị định 70/2025/NĐ-CP",
                    "outcome": "resolved",
                },
            ),
            (6, 10, "verify", {}),
            (7, 10, "confirm", {"satisfaction": 5}),
        ),
    ),
    IssueScript(
        "hoan-thue",
        33,
        "sau",
        "Hoàn thuế GTGT xuất khẩu tôm chậm",
        "Hoàn thuế GTGT xuất khẩu tôm chậm, ảnh hưởng vốn lưu động.",
        "thue",
        "THUE",
        (),
        "Giải quyết hồ sơ hoàn thuế và trả lời doanh nghiệp.",
        kind="hardship",
        steps=(
            (6, 10, "accept", {}),
            (
                28,
                10,
                "answer",
                {
                    "text": "Cơ quan thuế ghi nhận kiến nghị và sẽ xem xét hồ sơ hoàn thuế của doanh nghiệp theo quy định.",
                    "legal_references": "Luật Quản lý thuế 2019",
                    "outcome": "planned",
                },
            ),
            (29, 10, "verify", {}),
            (30, 10, "reopen", {"reason": "Trả lời chỉ “ghi nhận”, chưa nêu thời hạn hoàn thuế."}),
            (2, 11, "accept", {}),
        ),
    ),
    IssueScript(
        "cau-cai-nuoc",
        34,
        "bay",
        "Cầu tại xã Cái Nước hạn chế tải trọng, xe container đi vòng 40 km",
        "Cầu tại xã Cái Nước hạn chế tải trọng, xe container phải vòng 40 km.",
        "giao-thong",
        "SXD",
        ("XA-CAINUOC",),
        "Khảo sát tải trọng cầu, đề xuất phương án gia cố hoặc phân luồng.",
        steps=(
            (20, 10, "accept", {}),
            (30, 10, "progress", {"text": "Đã lập đề cương khảo sát tải trọng, dự kiến thực hiện ngày 12/11."}),
            (5, 11, "extend", {"due_on": (1, 12), "reason": "Khảo sát tải trọng cầu ngày 12/11."}),
        ),
        also=("mot", "ba", "sau", "chin", "muoi", "muoihai"),
    ),
    IssueScript(
        "nuoc-ngot",
        34,
        "tam",
        "Điểm dừng chân tại xã Đất Mũi thiếu nước ngọt mùa khô",
        "Điểm dừng chân tại xã Đất Mũi thiếu nước ngọt mùa khô.",
        "dien-nuoc",
        "XA-DATMUI",
        ("SNNMT",),
        "Có phương án cấp nước ngọt cho điểm dừng chân trước mùa khô.",
        steps=(
            (20, 10, "accept", {}),
            (
                30,
                10,
                "answer",
                {
                    "text": "Xã bố trí hai bồn chứa 10 m³ và hợp đồng cấp nước từ tháng 12; tuyến ống nối dài nằm trong kế hoạch năm sau.",
                    "legal_references": "Kế hoạch 45/KH-UBND",
                    "outcome": "planned",
                },
            ),
            (2, 11, "verify", {}),
            (2, 11, "publish", {}),
            (4, 11, "comments", {}),
        ),
    ),
    IssueScript(
        "tuyen-lao-dong",
        35,
        "chin",
        "Khó tuyển 120 lao động, đề nghị kết nối trường nghề",
        "Khó tuyển 120 lao động, đề nghị kết nối trường nghề.",
        "lao-dong",
        "SNV",
        ("SGDDT",),
        "Kết nối doanh nghiệp với các trường nghề, tổ chức phiên giao dịch việc làm.",
        kind="proposal",
        steps=(
            (4, 11, "accept", {}),
            (
                18,
                11,
                "progress",
                {"text": "Đã làm việc với hai trường nghề; phiên giao dịch việc làm dự kiến cuối tháng."},
            ),
        ),
    ),
    IssueScript(
        "tram-dien",
        35,
        "muoi",
        "Hạ trạm điện 3 pha khu nuôi tôm xã Tân Thuận",
        "Đề nghị hạ trạm điện 3 pha khu nuôi xã Tân Thuận.",
        "dien-nuoc",
        "DL",
        ("SCT",),
        "Khảo sát và trả lời về đầu tư trạm điện 3 pha.",
        kind="proposal",
        working_days=10,
        steps=(),
    ),
    IssueScript(
        "nop-lai-giay-to",
        36,
        "hiephoi",
        "TTHC yêu cầu nộp lại giấy tờ đã có trên cơ sở dữ liệu",
        "Đại diện 14 hội viên phản ánh: một TTHC phải nộp lại giấy tờ đã có trên cơ sở dữ liệu.",
        "chuyen-doi-so",
        "VPUB",
        ("SKHCN",),
        "Rà soát, cắt bỏ thành phần hồ sơ đã có trên cơ sở dữ liệu.",
        working_days=5,
        steps=((17, 11, "accept", {}),),
    ),
)

#: For the session to come: who registered, with how many, and their issues.
COMING_ISSUES = (
    (
        "bay",
        "Phí hạ tầng cảng Năm Căn tăng",
        "Phí sử dụng hạ tầng cảng tăng 15% từ tháng 10 mà không có lộ trình, đề nghị xem xét.",
        "giao-thong",
        "SXD",
        "public",
        "obstacle",
    ),
    (
        "chin",
        "Đề nghị hỗ trợ nhà ở công nhân",
        "Công nhân ở xa, đề nghị tỉnh có chính sách nhà ở gần khu công nghiệp.",
        "lao-dong",
        "SXD",
        "public",
        "proposal",
    ),
    (
        "mot",
        "Quy hoạch kho lạnh tại cảng cá Sông Đốc",
        "Đề nghị cho biết vị trí quy hoạch kho lạnh tại cảng cá để chuẩn bị đầu tư.",
        "dat-dai",
        "SNNMT",
        "anonymous",
        "proposal",
    ),
    (
        "muoihai",
        "Phản ánh thái độ khi tiếp nhận hồ sơ",
        "Cán bộ tiếp nhận hồ sơ trả lời thiếu chuẩn mực, yêu cầu bổ sung bằng miệng nhiều lần.",
        "can-bo",
        "VPUB",
        "confidential",
        "conduct",
    ),
)
