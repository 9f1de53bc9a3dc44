using LusPipeline.Core.Identity;

namespace LusPipeline.Buckets.DicomWeb;

/// <summary>
/// Where an instance is in the archive. As the tag of an object it is sealed with the installation's key, so that the ledger has no UID and the worker still
/// finds the way back.
/// </summary>
internal sealed record ArchiveReference(string StudyUid, string SeriesUid, string InstanceUid)
{
    private const string Prefix = "dicomweb:";

    public string Seal(InstallationKey key) => Prefix + key.Seal($"{StudyUid}/{SeriesUid}/{InstanceUid}");

    public static bool Is(string tag) => tag.StartsWith(Prefix, StringComparison.Ordinal);

    /// <returns>Null for a tag that is none of an archive's, or was sealed with another key.</returns>
    public static ArchiveReference? Open(string tag, InstallationKey key) =>
        Is(tag) && key.Open(tag[Prefix.Length..])?.Split('/') is [var study, var series, var instance]
            ? new(study, series, instance)
            : null;
}
