//! The words that generated records are made of.
//!
//! Each table holds some values that differ only in case, and some that a careless client would mangle.

pub(crate) const FIRST_NAMES: &[&str] = &[
    "Ann",
    "ann",
    "ANN",
    "Zoë",
    "zoë",
    "ZOË",
    "Zoe",
    "José",
    "JOSÉ",
    "Søren",
    "李雷",
    "さくら",
    "Ólafur",
    "Jean-Luc",
    "O'Neil",
    "Σίσυφος",
    "ΣΊΣΥΦΟΣ",
    "İpek",
    "Max \"Mad\"",
    "Mary Ann",
    "Bo",
    "ß",
    "Łukasz",
];

pub(crate) const LAST_NAMES: &[&str] = &[
    "Smith",
    "SMITH",
    "smith",
    "O'Brien",
    "Müller",
    "MÜLLER",
    "Muller",
    "Nguyễn",
    "王",
    "Straße",
    "STRASSE",
    "d'Arc, Jr.",
    "van der Berg",
    "Back\\slash",
    "100%",
    "Plus+Minus",
    "A&B=C",
    "Ωμέγα",
    "Æther",
    "Iñtërnâtiôn",
];

pub(crate) const CITIES: &[&str] = &[
    "Paris",
    "PARIS",
    "paris",
    "Zürich",
    "ZÜRICH",
    "Zurich",
    "São Paulo",
    "東京",
    "St. John's",
    "New York",
    "new york",
    "Łódź",
    "Den Haag",
    "Paris, Texas",
];

pub(crate) const DEPARTMENTS: &[&str] = &[
    "Engineering",
    "engineering",
    "ENGINEERING",
    "R&D",
    "Sales (EMEA)",
    "Sales \"Inside\"",
    "Finance/Tax",
    "50% Legal",
    "C:\\Support",
    "財務",
    "Ops and/or IT",
    "Marketing + Web",
    "true",
    "null",
];

pub(crate) const TITLES: &[&str] = &[
    "Engineer",
    "engineer",
    "Chef de service",
    "Head, Sales",
    "Tab\there",
    "Line\nbreak",
    " leading space",
    "trailing space ",
    "VP \"acting\"",
    "Señor Ingénieur",
    "経理部長",
    "",
    "#1; DROP TABLE",
    "a'b\"c\\d",
];

pub(crate) const COUNTRIES: &[&str] = &["US", "us", "FR", "DE", "JP", "BR", "CH"];

pub(crate) const LANGUAGES: &[&str] = &["en_US", "fr-FR", "de-CH", "ja", "pt-BR"];

pub(crate) const TIMEZONES: &[&str] = &["America/Los_Angeles", "Europe/Paris", "Asia/Tokyo", "UTC"];

pub(crate) const PHONES: &[&str] =
    &["+1-555-415-1337", "+33 1 23 45 67 89", "555 0100 #12", "(02) 555-0199", "+1-555-514-1337"];

pub(crate) const STREETS: &[&str] = &[
    "1 Main St.",
    "12, rue de la Paix",
    "Bahnhofstraße 5\n2. Stock",
    "銀座 4-6-16",
    "Apt. #7, 9th & Oak",
];

pub(crate) const COLORS: &[&str] = &["red", "Red", "RED", "blue", "green", "dark \"grey\"", "水色"];

pub(crate) const GROUP_NAMES: &[&str] = &[
    "Engineering",
    "engineering",
    "West Coast users",
    "Zürich Büro",
    "R&D (50%)",
    "AWS+Admins",
    "東京支社",
    "\"Quoted\" group",
    "App\\Users",
    "All, but few",
    "VPN users",
    "Contractors",
];

pub(crate) const DESCRIPTIONS: &[&str] = &[
    "All users",
    "ALL USERS",
    "People of the west coast, and others",
    "Line one\nline two",
    "",
    "Uses \\ and \" and %",
    "説明",
    "Synced from the directory",
];

pub(crate) const APP_NAMES: &[&str] = &[
    "okta_org2org",
    "salesforce",
    "zoomus",
    "template_saml_2_0",
    "bookmark",
    "oidc_client",
    "active_directory",
    "template_swa",
    "template_basic_auth",
    "template_sps",
    "office365",
    "csv_directory_v2",
];

pub(crate) const APP_LABELS: &[&str] = &[
    "Salesforce",
    "salesforce",
    "Payroll \"EU\"",
    "Zoom & Co.",
    "Büro 365",
    "勤怠",
    "Back\\office",
    "50% off",
    "Wiki",
    "Wiki (old)",
];

pub(crate) const MODELS: &[(&str, &str, &str)] = &[
    ("IOS", "APPLE", "iPhone15,4"),
    ("MACOS", "APPLE", "MacBookPro18,3"),
    ("ANDROID", "Google", "Pixel 8"),
    ("ANDROID", "samsung", "SM-G991B"),
    ("WINDOWS", "Dell Inc.", "Latitude \"5440\""),
    ("WINDOWS", "LENOVO", "21HD"),
];

pub(crate) const DEVICE_NAMES: &[&str] =
    &["Bob", "bob", "BOB", "Zoë’s iPhone", "DESKTOP-7", "山田のMac", "a \"b\" \\c", "100% mine"];
