using System.Globalization;
using LusPipeline.Buckets;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Checks;

/// <summary>Checks the folder for videos and clips in work.</summary>
internal static class ScratchCheck
{
    /// <summary>Room for a few large videos and the clips in flight.</summary>
    private const long MinFreeBytes = 2_000_000_000;

    public static CheckOutcome Check(LoadedSettings settings)
    {
        var folder = Path.GetFullPath(settings.Get<WorkerOptions>().ScratchFolder);
        const string Key = $"{WorkerOptions.Section}:{nameof(WorkerOptions.Scratch)}";
        var probe = Path.Combine(folder, $"doctor-{Guid.NewGuid():N}");
        try
        {
            PrivateFolder.MakeIfMissing(folder);
            File.WriteAllBytes(probe, new byte[1_000_000]);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return CheckOutcome.Failed($"{folder} cannot be written ({refused.Message.TrimEnd('.')}). Make room there, or set {Key} to another folder");
        }
        finally
        {
            if (File.Exists(probe))
                File.Delete(probe);
        }
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var text = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:0.0} GB free in {folder}");
        return free < MinFreeBytes
            ? CheckOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"{text}; {MinFreeBytes / 1e9:0} GB are wanted. Make room, or set {Key} to a folder on another disk"))
            : CheckOutcome.Passed(text);
    }
}
