using System.Globalization;
using System.Numerics;

namespace LusPipeline.Dicom.Reports;

/// <summary>UIDs that are made from UUIDs (PS3.5, section B.2).</summary>
internal static class ReportUid
{
    /// <summary>The UID of a UUID: <c>2.25.</c> and the UUID as a decimal number.</summary>
    public static string From(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return "2.25." + new BigInteger(bytes, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);
    }
}
