namespace LusPipeline.Storage.Ledger.Model;

/// <summary>The sha256 of a local file as it was at a time, so that a finished folder is not read again.</summary>
public sealed class ContentHashRow
{
    /// <summary>Device, inode, size and modification time of the file.</summary>
    public required string FileIdentity { get; set; }

    /// <summary>Lower-case hex.</summary>
    public required string Sha256 { get; set; }
}
