using System.Text.Json.Nodes;
using LusPipeline.Models.Bundles;

namespace LusPipeline.UnitTests.Bundles;

public sealed class BundleCardTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_card_is_read_as_the_manifest_names_it()
    {
        var bundle = WithCard();
        File.WriteAllText(Path.Combine(bundle.Folder, "README.md"), "# What it can do");

        Assert.Equal("# What it can do", bundle.ReadCard());
    }

    [Fact]
    public void A_card_that_is_missing_a_link_or_too_large_is_not_read()
    {
        File.WriteAllText(_scratch["secret.md"], "not the bundle's");

        var bundle = WithCard();
        var card = Path.Combine(bundle.Folder, "README.md");
        Assert.Null(bundle.ReadCard());
        File.CreateSymbolicLink(card, _scratch["secret.md"]);
        Assert.Null(bundle.ReadCard());
        File.Delete(card);
        File.WriteAllText(card, new string('a', Bundle.MostCardBytes));
        Assert.NotNull(bundle.ReadCard());
        File.AppendAllText(card, "a");
        Assert.Null(bundle.ReadCard());
    }

    private Bundle WithCard()
    {
        TinyBundle.Write(_scratch["tiny"]);
        var path = Path.Combine(_scratch["tiny"], "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest["card"] = "README.md";
        File.WriteAllText(path, manifest.ToJsonString());
        return Bundle.Load(_scratch["tiny"]);
    }
}
