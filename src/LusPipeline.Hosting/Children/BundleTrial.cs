using LusPipeline.Media;
using LusPipeline.ModelTools.Keras;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Children;

/// <summary>
/// Opens and runs a bundle in a limited child process before this process opens it, as <c>lus models verify</c> does. A hostile graph can end the process
/// that runs it, for example by a division that the processor refuses. A bundle that this version has checked is not tried again.
/// </summary>
public static class BundleTrial
{
    private const string Prefix = "lus: ";

    /// <exception cref="BundleException">The bundle ends the child, exceeds its limits, or is refused; the message says why.</exception>
    public static async Task RunAsync(Bundle bundle, MediaOptions media, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (bundle.IsChecked)
            return;
        var end = await LusChild.RunAsync(
            ["models", "verify", bundle.Reference, LusChild.HereOption], bundle.Folder, writable: null, ImportLimits.MaxTime, media, cancellation).ConfigureAwait(false);
        if (!end.Succeeded)
            throw new BundleException(end.Fault ?? Message(end.Error));
    }

    /// <summary>Opens a backbone in this process, after the trial.</summary>
    /// <exception cref="BundleException">The bundle is refused by the trial, or cannot be used.</exception>
    public static async Task<OnnxBackbone> OpenBackboneAsync(LoadedModel model, InferenceOptions inference, MediaOptions media, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(model);
        await RunAsync(model.Bundle, media, cancellation).ConfigureAwait(false);
        return CheckedBackbone.Open(model.Bundle, model.Variant, inference);
    }

    /// <summary>What a child said, without the program's name.</summary>
    internal static string Message(string error)
    {
        var text = error.Trim();
        return text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;
    }
}
