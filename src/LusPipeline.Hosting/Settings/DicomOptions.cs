using System.ComponentModel.DataAnnotations;
using LusPipeline.Core.Identity;

namespace LusPipeline.Hosting.Settings;

/// <summary>How DICOM objects are taken in.</summary>
public sealed record DicomOptions
{
    public const string Section = "Dicom";

    /// <summary>
    /// The secret with which Study and SOP Instance UIDs are hashed, at least 32 characters; name its file by <c>LUS__Dicom__Key__File</c>. All ingest workers
    /// need the same one. Without it workers group DICOM loops by folder, as other videos; <c>lus run</c> makes a key of its own in its home folder.
    /// </summary>
    [RegularExpression(".{32,1024}", ErrorMessage = "has 32 to 1,024 characters in one line; `openssl rand -hex 32` makes such a key.")]
    public string? Key { get; init; }

    /// <summary>Returns the key; null if none is set.</summary>
    internal Func<InstallationKey>? HashedBy()
    {
        if (string.IsNullOrEmpty(Key))
            return null;
        var key = new InstallationKey(Key);
        return () => key;
    }
}
