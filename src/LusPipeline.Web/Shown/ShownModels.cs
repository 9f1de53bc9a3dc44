using LusPipeline.Models.Bundles;
using Markdig;

namespace LusPipeline.Web.Shown;

/// <summary>A bundle that lies on this machine, and its card as HTML.</summary>
/// <param name="Card">Null if it has none.</param>
public sealed record ShownModel(Bundle Bundle, string? Card);

/// <summary>Reads the bundles that lie on this machine: their files are checked, which takes a moment, so each is read once.</summary>
/// <param name="references">Names or folders of bundles.</param>
internal sealed class ShownModels(IReadOnlyList<string> references)
{
    private static readonly MarkdownPipeline Markdown = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    private readonly Lazy<Task<IReadOnlyList<ShownModel>>> _models = new(() => Task.Run<IReadOnlyList<ShownModel>>(() => [.. references.SelectMany(Read)]));

    public Task<IReadOnlyList<ShownModel>> ReadAsync() => _models.Value;

    /// <summary>A bundle that is not there or cannot be read is not shown: the ledger names it all the same.</summary>
    private static IEnumerable<ShownModel> Read(string reference)
    {
        Bundle bundle;
        try
        {
            bundle = Bundle.Load(BundleCatalog.Find(reference));
        }
        catch (BundleException)
        {
            yield break;
        }
        yield return new(bundle, bundle.ReadCard() is { } card ? CardHtml.From(card, Markdown) : null);
        foreach (var head in bundle.WholeManifest.Heads.Keys)
            yield return new(Bundle.Load(BundleReference.Of(bundle.Folder, head)), null);
    }
}
