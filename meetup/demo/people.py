"""Who appears in the demo: departments, fields and enterprises, all invented (tax codes 99…, @example.com)."""

from __future__ import annotations

#: code, name, English name, kind, mail name
DEPARTMENTS = (
    ("VPUB", "Văn phòng UBND tỉnh", "Office of the People's Committee", "department"),
    ("STC", "Sở Tài chính", "Department of Finance", "department"),
    ("SXD", "Sở Xây dựng", "Department of Construction", "department"),
    ("SNNMT", "Sở Nông nghiệp và Môi trường", "Department of Agriculture and Environment", "department"),
    ("SCT", "Sở Công Thương", "Department of Industry and Trade", "department"),
    ("SNV", "Sở Nội vụ", "Department of Home Affairs", "department"),
    ("SKHCN", "Sở Khoa học và Công nghệ", "Department of Science and Technology", "department"),
    ("SGDDT", "Sở Giáo dục và Đào tạo", "Department of Education and Training", "department"),
    ("SVHTTDL", "Sở Văn hóa, Thể thao và Du lịch", "Department of Culture, Sports and Tourism", "department"),
    ("THUE", "Thuế tỉnh Cà Mau", "Provincial Tax Office", "branch"),
    ("NHNN", "Ngân hàng Nhà nước khu vực", "State Bank, regional branch", "branch"),
    ("CA", "Công an tỉnh", "Provincial Police", "branch"),
    ("DL", "Công ty Điện lực Cà Mau", "Power Company", "branch"),
    ("XA-SONGDOC", "UBND xã Sông Đốc", "Sông Đốc Commune", "locality"),
    ("XA-CAINUOC", "UBND xã Cái Nước", "Cái Nước Commune", "locality"),
    ("XA-DATMUI", "UBND xã Đất Mũi", "Đất Mũi Commune", "locality"),
    ("XA-TANTHUAN", "UBND xã Tân Thuận", "Tân Thuận Commune", "locality"),
)

#: code, name, English name
FIELDS = (
    ("dat-dai", "Đất đai, môi trường", "Land and environment"),
    ("xay-dung", "Xây dựng, PCCC", "Construction and fire safety"),
    ("thue", "Thuế, hóa đơn", "Taxes and invoices"),
    ("tin-dung", "Vốn, tín dụng", "Capital and credit"),
    ("giao-thong", "Giao thông, logistics", "Transport and logistics"),
    ("dien-nuoc", "Điện, nước", "Power and water"),
    ("lao-dong", "Lao động", "Labour"),
    ("chuyen-doi-so", "Chuyển đổi số, TTHC", "Digital services and procedures"),
    ("dau-tu", "Đầu tư", "Investment"),
    ("can-bo", "Cán bộ, công chức", "Conduct of officials"),
)

#: key → kind, tax code, name, sector, contact, mail name, phone
ENTERPRISES: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "mot": (
        "enterprise",
        "9999900013",
        "Công ty TNHH Thủy sản Mẫu Một",
        "Thủy sản",
        "Nguyễn Văn An",
        "thuysan.mot",
        "0290 000 0001",
    ),
    "hai": (
        "cooperative",
        "9999900020",
        "HTX Lúa tôm Mẫu Hai",
        "Nông nghiệp",
        "Trần Thị Bích",
        "htx.hai",
        "0290 000 0002",
    ),
    "ba": (
        "enterprise",
        "9999900038",
        "Công ty CP Chế biến Mẫu Ba",
        "Chế biến",
        "Lê Hoàng Cường",
        "chebien.ba",
        "0290 000 0003",
    ),
    "bon": ("investor", "", "Nhà đầu tư Mẫu Bốn", "Năng lượng", "John Demo", "investor.four", "0290 000 0004"),
    "nam": (
        "household",
        "096085001234",
        "Hộ kinh doanh Mẫu Năm",
        "Bán lẻ",
        "Phạm Thị Dung",
        "hokd.nam",
        "0290 000 0005",
    ),
    "sau": (
        "enterprise",
        "9999900052001",
        "Chi nhánh Công ty Mẫu Sáu",
        "Xuất khẩu",
        "Võ Minh Đức",
        "chinhanh.sau",
        "0290 000 0006",
    ),
    "bay": (
        "enterprise",
        "9999900077",
        "Công ty TNHH Vận tải Mẫu Bảy",
        "Vận tải",
        "Đặng Quốc Giang",
        "vantai.bay",
        "0290 000 0007",
    ),
    "tam": (
        "enterprise",
        "9999900084",
        "Công ty TNHH Du lịch sinh thái Mẫu Tám",
        "Du lịch",
        "Huỳnh Thị Hạnh",
        "dulich.tam",
        "0290 000 0008",
    ),
    "chin": (
        "enterprise",
        "9999900091",
        "Công ty CP May Mẫu Chín",
        "May mặc",
        "Bùi Văn Khánh",
        "may.chin",
        "0290 000 0009",
    ),
    "muoi": (
        "enterprise",
        "9999900101",
        "Công ty TNHH Nuôi tôm công nghệ cao Mẫu Mười",
        "Nuôi trồng",
        "Ngô Thị Lan",
        "nuoitom.muoi",
        "0290 000 0010",
    ),
    "hiephoi": (
        "association",
        "",
        "Hiệp hội Doanh nghiệp tỉnh (mẫu)",
        "Hiệp hội",
        "Đỗ Thanh Minh",
        "hiephoi",
        "0290 000 0011",
    ),
    "muoihai": (
        "enterprise",
        "9999900133",
        "Công ty TNHH Mẫu Mười Hai",
        "Thương mại",
        "Hồ Thị Nga",
        "mau.muoihai",
        "0290 000 0012",
    ),
}

#: Staff who can sign in: mail name, name, role, department.
STAFF = (
    ("admin", "Quản trị viên", "admin", ""),
    ("thuky", "Lâm Thị Thư", "organizer", ""),
    ("canbo.snnmt", "Trương Văn Nông", "officer", "SNNMT"),
    ("canbo.sxd", "Mai Thị Xuân", "officer", "SXD"),
    ("canbo.thue", "Quách Văn Thuế", "officer", "THUE"),
    ("thutruong.thue", "Ngô Thị Trưởng", "officer", "THUE"),
    ("lanhdao", "Phó Chủ tịch UBND tỉnh (mẫu)", "leader", ""),
)

DEMO_PASSWORD = "ca-phe-sang-thu-bay"


def address(name: str) -> str:
    """A demo person's address."""
    return f"{name}@example.com"
