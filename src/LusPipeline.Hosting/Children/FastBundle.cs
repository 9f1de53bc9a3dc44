using LusPipeline.Buckets;
using LusPipeline.Media;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Layers;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Children;

/// <summary>
/// Makes the slim form of a bundle, which computes the layers alone that its head reads, and keeps it in a folder of this user's. It has another id than the
/// bundle, and the same predictions.
/// </summary>
public static class FastBundle
{
    /// <param name="full">The bundle. It is checked already, by its signature if that is wanted.</param>
    /// <param name="folder">Keeps the slim bundle of the last <paramref name="full"/>. One process at a time uses it.</param>
    /// <param name="media">The mode of the sandbox in which it is made.</param>
    /// <returns>The slim bundle; <paramref name="full"/> itself if its head reads every layer.</returns>
    /// <exception cref="BundleException">The bundle has no head, its files are not ONNX models, or the folder cannot be written.</exception>
    public static async Task<Bundle> MakeAsync(Bundle full, string folder, MediaOptions media, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(full);
        if (LayeredBundle.HeadReadsAll(full))
            return full;
        var target = Path.Combine(folder, full.Id);
        try
        {
            if (Known(target) is { } known)
                return known;
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            PrivateFolder.Make(folder);
            return await MakeAsync(full, target, $"{target}.tmp", media, cancellation).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"The fast form of '{full.Folder}' cannot be kept in '{folder}': {failed.Message}", failed);
        }
    }

    /// <summary>One that an earlier run has made; null if there is none, or if its files are damaged.</summary>
    private static Bundle? Known(string target)
    {
        if (!Directory.Exists(target))
            return null;
        try
        {
            return Bundle.Load(target);
        }
        catch (BundleException)
        {
            // It is made again.
            return null;
        }
    }

    /// <summary>Makes it in a child process, as <c>lus models slim</c> does, and gives it its name when it is whole.</summary>
    private static async Task<Bundle> MakeAsync(Bundle full, string target, string unfinished, MediaOptions media, CancellationToken cancellation)
    {
        PrivateFolder.Make(unfinished);
        var made = Path.Combine(unfinished, "bundle");
        var end = await LusChild.RunAsync(
            ["models", "slim", full.Reference, $"--out={made}", LusChild.HereOption], full.Folder, unfinished, ImportLimits.MaxTime, media, cancellation).ConfigureAwait(false);
        if (!end.Succeeded)
            throw new BundleException(end.Fault ?? BundleTrial.Message(end.Error));
        Directory.Move(made, target);
        Directory.Delete(unfinished, recursive: true);
        return Bundle.Load(target);
    }
}
