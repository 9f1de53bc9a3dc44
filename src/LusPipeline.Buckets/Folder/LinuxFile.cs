using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Buckets.Folder;

/// <summary>The calls of Linux that .NET has no equal for: stamps in nanoseconds with inodes, opening without blocking on pipes, real paths.</summary>
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
    /// <param name="followLink">A link's target instead of the link.</param>
    /// <param name="facts">What the system says, when the error is 0.</param>
    /// <returns>The system's error number, 0 for none.</returns>
    public static int TryStat(string path, bool followLink, out Facts facts) =>
        Converted(Statx(CurrentFolder, path, followLink ? 0 : NoFollow, BasicStats, out var buffer), buffer, out facts);

    public static Facts Stat(SafeFileHandle handle)
    {
        var error = Converted(Statx((int)handle.DangerousGetHandle(), "", EmptyPath, BasicStats, out var buffer), buffer, out var facts);
        return error == 0 ? facts : throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    /// <summary>Opens for reading; a pipe does not block.</summary>
    /// <returns>The system's error number, 0 for none.</returns>
    public static int TryOpen(string path, out SafeFileHandle handle)
    {
        var descriptor = Open(path, ReadWithoutBlocking);
        handle = new SafeFileHandle(descriptor, ownsHandle: true);
        return descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>The absolute path without links, or null where there is none.</summary>
    public static unsafe string? RealPath(string path)
    {
        var buffer = stackalloc byte[PathMax];
        return RealPath(path, buffer) == null ? null : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
    }

    /// <summary>The path by which this process, and others of its user, reach an open file whatever becomes of its name.</summary>
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

    /// <param name="Kind">What it is.</param>
    /// <param name="Size">Bytes.</param>
    /// <param name="ModifiedNanoseconds">Last write, since 1970 UTC.</param>
    /// <param name="Inode">The file's number.</param>
    /// <param name="Links">Names that the file has; 0 when it was deleted.</param>
    public readonly record struct Facts(FileKind Kind, long Size, long ModifiedNanoseconds, long Inode, uint Links)
    {
        public DateTime Modified => DateTime.UnixEpoch.AddTicks(ModifiedNanoseconds / 100);

        /// <summary>Changes whenever the file's content may have changed.</summary>
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
