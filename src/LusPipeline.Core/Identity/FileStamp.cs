namespace LusPipeline.Core.Identity;

/// <summary>What tells that a file is still the one whose content is known, without reading it.</summary>
/// <param name="PathHash">sha256 of the file's full path, lower-case hex: no name.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedNanoseconds">Last write, nanoseconds since 1970 UTC.</param>
/// <param name="Inode">The file's number in its file system; the 64 bits as a signed number.</param>
public readonly record struct FileStamp(string PathHash, long Size, long ModifiedNanoseconds, long Inode);
