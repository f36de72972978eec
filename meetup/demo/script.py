"""The demo's sessions and issues, as the story has them (docs: the design's demo data)."""

from __future__ import annotations

from meetup.demo import issues_recent, issues_settled
from meetup.demo.scripts import IssueScript, SessionScript

SESSIONS = (
    SessionScript(31, (5, 9), "Cà phê kết nối doanh nghiệp: Đất đai và mặt bằng", "Đất đai và mặt bằng"),
    SessionScript(32, (19, 9), "Cà phê kết nối doanh nghiệp: Xây dựng, PCCC", "Xây dựng, PCCC"),
    SessionScript(33, (3, 10), "Cà phê kết nối doanh nghiệp: Thuế, hóa đơn", "Thuế, hóa đơn"),
    SessionScript(34, (17, 10), "Cà phê kết nối doanh nghiệp: Giao thông, logistics", "Giao thông, logistics"),
    SessionScript(35, (31, 10), "Cà phê kết nối doanh nghiệp: Lao động", "Lao động"),
    SessionScript(36, (14, 11), "Cà phê kết nối doanh nghiệp: Chuyển đổi số, TTHC", "Chuyển đổi số, TTHC"),
)

COMING = SessionScript(37, (28, 11), "Cà phê kết nối doanh nghiệp: Tháo gỡ vướng mắc cuối năm", "Tổng hợp")

ISSUES: tuple[IssueScript, ...] = (*issues_settled.ISSUES, *issues_recent.ISSUES)

#: For the session to come: who raised what, and what the organiser made of it so far.
COMING_ISSUES = (
    (
        "bay",
        "Phí hạ tầng cảng Năm Căn tăng",
        "Phí sử dụng hạ tầng cảng tăng 15% từ tháng 10 mà không có lộ trình, đề nghị xem xét.",
        "giao-thong",
        "SXD",
        "public",
        "obstacle",
        "schedule",
    ),
    (
        "chin",
        "Đề nghị hỗ trợ nhà ở công nhân",
        "Công nhân ở xa, đề nghị tỉnh có chính sách nhà ở gần khu công nghiệp.",
        "lao-dong",
        "SXD",
        "public",
        "proposal",
        "accept",
    ),
    (
        "mot",
        "Quy hoạch kho lạnh tại cảng cá Sông Đốc",
        "Đề nghị cho biết vị trí quy hoạch kho lạnh tại cảng cá để chuẩn bị đầu tư.",
        "dat-dai",
        "SNNMT",
        "anonymous",
        "proposal",
        "",
    ),
    (
        "muoihai",
        "Phản ánh thái độ khi tiếp nhận hồ sơ",
        "Cán bộ tiếp nhận hồ sơ trả lời thiếu chuẩn mực, yêu cầu bổ sung bằng miệng nhiều lần.",
        "can-bo",
        "VPUB",
        "confidential",
        "conduct",
        "",
    ),
    (
        "ba",
        "Giá điện sản xuất tăng, đề nghị miễn giảm",
        "Giá điện sản xuất tăng từ tháng 10, đề nghị tỉnh miễn giảm cho doanh nghiệp chế biến.",
        "dien-nuoc",
        "DL",
        "public",
        "proposal",
        "decline",
    ),
    (
        "hai",
        "Kênh thủy lợi chưa nạo vét",
        "Kênh dẫn nước vào vùng lúa tôm bồi lắng, đề nghị nạo vét trước vụ.",
        "dat-dai",
        "SNNMT",
        "public",
        "obstacle",
        "ask",
    ),
    (
        "tam",
        "Bến tàu du lịch xuống cấp",
        "Bến tàu du lịch xuống cấp; đơn vị quản lý vừa có lịch sửa chữa nên xin rút kiến nghị.",
        "giao-thong",
        "SXD",
        "public",
        "obstacle",
        "withdraw",
    ),
    (
        "sau",
        "Phí hạ tầng cảng Năm Căn",
        "Phí hạ tầng cảng tăng đột ngột, ảnh hưởng chi phí xuất khẩu.",
        "giao-thong",
        "SXD",
        "public",
        "obstacle",
        "merge",
    ),
)
