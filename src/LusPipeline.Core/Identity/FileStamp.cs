namespace LusPipeline.Core.Identity;

/// <summary>Identifies the state of a file without reading it. As long as the stamp is the same, the content is taken to be the same.</summary>
/// <param name="PathHash">sha256 of the file's full path, lower-case hex. The path itself is not stored.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="ModifiedNanoseconds">Time of the last write in nanoseconds since 1970, UTC.</param>
/// <param name="Inode">The file's number in its file system, with its 64 bits read as a signed number.</param>
public readonly record struct FileStamp(string PathHash, long Size, long ModifiedNanoseconds, long Inode);
