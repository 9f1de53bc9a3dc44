using System.Runtime.InteropServices;

namespace LusPipeline.UnitTests.Storage.Buckets;

/// <summary>Makes what .NET cannot: files with names that are no text, and pipes.</summary>
internal static partial class RawNames
{
    public static void CreateFile(ReadOnlySpan<byte> path)
    {
        var descriptor = Create([.. path, 0], 0x1A4);
        Assert.True(descriptor >= 0);
        Assert.Equal(0, Close(descriptor));
    }

    public static void CreatePipe(string path) => Assert.Equal(0, MakePipe(path, 0x1A4));

    public static void Delete(ReadOnlySpan<byte> path) => Assert.Equal(0, Unlink([.. path, 0]));

    [LibraryImport("libc", EntryPoint = "creat")]
    private static partial int Create(byte[] path, uint mode);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlink")]
    private static partial int Unlink(byte[] path);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
