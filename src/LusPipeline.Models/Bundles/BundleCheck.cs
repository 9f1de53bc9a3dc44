namespace LusPipeline.Models.Bundles;

/// <summary>
/// Says in the manifest which version of <c>lus models</c> checked the bundle last, so that workers of this version need not do it
/// again when they start. It is no part of the bundle's id. A check of another id or version counts for nothing, so a changed bundle or a
/// newer program is checked again. It saves time and proves nothing: whoever can write a false one can write another model too.
/// </summary>
/// <param name="Id">The bundle's id when it was checked.</param>
/// <param name="Lus">The program's version, as <c>0.1.0</c>.</param>
public sealed record BundleCheck(string Id, string Lus)
{
    /// <summary>What a check by this program says of a bundle.</summary>
    public static BundleCheck Of(Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return new(bundle.Id, typeof(BundleCheck).Assembly.GetName().Version!.ToString(3));
    }
}
