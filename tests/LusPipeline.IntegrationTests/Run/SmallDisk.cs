using System.Diagnostics;

namespace LusPipeline.IntegrationTests.Run;

/// <summary>A file system of a given size, so that a disk can be full.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder, bool mounted)
    {
        _folder = folder;
        Mounted = mounted;
    }

    public bool Mounted { get; }

    public static async Task<SmallDisk> MountAsync(string folder, int kilobytes) =>
        new(folder, await RunAsync("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", folder) == 0);

    public Task GrowAsync(int kilobytes) => RunAsync("mount", "-o", $"remount,size={kilobytes}k", _folder);

    public async ValueTask DisposeAsync()
    {
        if (Mounted)
            await RunAsync("umount", "-l", _folder);
    }

    private static async Task<int> RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
