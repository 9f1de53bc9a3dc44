using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Buckets.Folder;

/// <summary>
/// Calls of Linux that .NET does not offer: time stamps in nanoseconds with inodes, opening a pipe without blocking, and real paths.
/// </summary>
internal static partial class LinuxFile
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int NotADirectory = 20;
    public const int NameTooLong = 36;
    public const int LinkLoop = 40;

    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7FF;

    /// <summary>O_RDONLY | O_NONBLOCK | O_CLOEXEC, the same on x64 and arm64.</summary>
    private const int ReadWithoutBlocking = 0x800 | 0x80000;

    private const int PathMax = 4096;

    public enum FileKind
    {
        Regular,
        Folder,
        Link,
        Other,
    }

    /// <param name="path">The file.</param>
    /// <param name="followLink">Whether to read a link's target instead of the link itself.</param>
    /// <param name="facts">The facts that the system reports. They are valid if the error is 0.</param>
    /// <returns>The system's error number, 0 for none.</returns>
    public static int TryStat(string path, bool followLink, out Facts facts) =>
        Converted(Statx(CurrentFolder, path, followLink ? 0 : NoFollow, BasicStats, out var buffer), buffer, out facts);

    public static Facts Stat(SafeFileHandle handle)
    {
        var error = Converted(Statx((int)handle.DangerousGetHandle(), "", EmptyPath, BasicStats, out var buffer), buffer, out var facts);
        return error == 0 ? facts : throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    /// <summary>Waits until a folder's entries are on the disk, so that a file that was renamed into it is there after a power cut.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void SyncFolder(string path)
    {
        var error = TryOpen(path, out var folder);
        using (folder)
        {
            if (error == NotFound)
                return; // Another process deleted the folder, so its last object is gone already.
            if (error != 0)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            RandomAccess.FlushToDisk(folder);
        }
    }

    /// <summary>Opens a file for reading. Opening a pipe does not block.</summary>
    /// <returns>The system's error number, 0 for none.</returns>
    public static int TryOpen(string path, out SafeFileHandle handle)
    {
        var descriptor = Open(path, ReadWithoutBlocking);
        handle = new SafeFileHandle(descriptor, ownsHandle: true);
        return descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Returns the absolute path without links; null if there is no such file.</summary>
    public static unsafe string? RealPath(string path)
    {
        var buffer = stackalloc byte[PathMax];
        return RealPath(path, buffer) == null ? null : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
    }

    /// <summary>Returns a path by which this user's processes reach an open file, even after the file was renamed or deleted.</summary>
    public static string PathOf(SafeFileHandle handle) => $"/proc/{Environment.ProcessId}/fd/{handle.DangerousGetHandle()}";

    private static int Converted(int result, StatxBuffer buffer, out Facts facts)
    {
        if (result != 0)
        {
            facts = default;
            return Marshal.GetLastPInvokeError();
        }
        var kind = (buffer.Mode & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.Link,
            _ => FileKind.Other,
        };
        facts = new(kind, (long)buffer.Size, (buffer.ModifiedSeconds * 1_000_000_000) + buffer.ModifiedNanoseconds, (long)buffer.Inode, buffer.Links);
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out StatxBuffer buffer);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial byte* RealPath(string path, byte* resolved);

    /// <param name="Kind">The kind of file.</param>
    /// <param name="Size">Size in bytes.</param>
    /// <param name="ModifiedNanoseconds">Time of the last write in nanoseconds since 1970, UTC.</param>
    /// <param name="Inode">The file's number in its file system.</param>
    /// <param name="Links">The number of names that the file has; 0 if it was deleted.</param>
    public readonly record struct Facts(FileKind Kind, long Size, long ModifiedNanoseconds, long Inode, uint Links)
    {
        public DateTime Modified => DateTime.UnixEpoch.AddTicks(ModifiedNanoseconds / 100);

        /// <summary>Changes whenever the content of the file may have changed.</summary>
        public string Tag => string.Create(CultureInfo.InvariantCulture, $"{Size:x}-{ModifiedNanoseconds:x}-{Inode:x}");
    }

    /// <summary>struct statx of linux/stat.h, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
    }
}
