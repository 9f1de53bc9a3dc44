namespace LusPipeline.Models.Bundles;

/// <summary>
/// Records in the manifest which version of <c>lus models</c> last checked the bundle, so that workers of this version need not check it again when they
/// start. It is not part of the bundle's id. A check of another id or version does not count, so a changed bundle or a newer program leads to a new check.
/// It saves time and proves nothing: whoever can forge it can write another model too.
/// </summary>
/// <param name="Id">The bundle's id when it was checked.</param>
/// <param name="Lus">The program's version, for example <c>0.1.0</c>.</param>
public sealed record BundleCheck(string Id, string Lus)
{
    /// <summary>The record that this program would write for a bundle.</summary>
    public static BundleCheck ByThisProgram(Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return new(bundle.Id, typeof(BundleCheck).Assembly.GetName().Version!.ToString(3));
    }
}
