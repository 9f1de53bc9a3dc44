namespace LusPipeline.Dicom.Reports;

/// <summary>A coded concept (PS3.3, section 8). Codes are those of PS3.16.</summary>
/// <param name="Value">The code.</param>
/// <param name="Scheme">Whose code it is: DCM is the standard's own, LN is LOINC.</param>
internal sealed record ReportCode(string Value, string Scheme, string Meaning)
{
    /// <summary>Context group 7000, diagnostic imaging report document titles.</summary>
    public static ReportCode ImagingReport { get; } = new("18748-4", "LN", "Diagnostic Imaging Report");

    /// <summary>Template 1204.</summary>
    public static ReportCode Language { get; } = new("121049", "DCM", "Language of Content Item and Descendants");

    public static ReportCode English { get; } = new("en", "RFC5646", "English");

    /// <summary>Templates 1002 and 1004.</summary>
    public static ReportCode ObserverType { get; } = new("121005", "DCM", "Observer Type");

    public static ReportCode Device { get; } = new("121007", "DCM", "Device");

    public static ReportCode DeviceUid { get; } = new("121012", "DCM", "Device Observer UID");

    public static ReportCode DeviceName { get; } = new("121013", "DCM", "Device Observer Name");

    public static ReportCode DeviceManufacturer { get; } = new("121014", "DCM", "Device Observer Manufacturer");

    public static ReportCode DeviceModel { get; } = new("121015", "DCM", "Device Observer Model Name");

    /// <summary>Context groups 7001 and 7002, diagnostic imaging report headings and elements.</summary>
    public static ReportCode Findings { get; } = new("121070", "DCM", "Findings");

    public static ReportCode Finding { get; } = new("121071", "DCM", "Finding");

    public static ReportCode Conclusions { get; } = new("121076", "DCM", "Conclusions");

    public static ReportCode Conclusion { get; } = new("121077", "DCM", "Conclusion");

    public DataSetWriter Item() => new DataSetWriter().Add(0x0008_0100, "SH", Value).Add(0x0008_0102, "SH", Scheme).Add(0x0008_0104, "LO", Meaning);
}
