using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.Models.Bundles;

namespace LusPipeline.UnitTests.Bundles;

public sealed class BundleTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_written_bundle_loads_with_its_facts()
    {
        TinyBundle.Write(_scratch["tiny"], frames: 7);

        var bundle = Bundle.Load(_scratch["tiny"]);

        Assert.Equal("tiny", bundle.Name);
        Assert.Equal((TinyBundle.Side, TinyBundle.Side, 7, TinyBundle.Features), (bundle.Height, bundle.Width, bundle.Frames, bundle.Features));
        Assert.Equal([BundleVariant.Fp32], bundle.Variants);
        Assert.Equal("float32", bundle.Backbone(BundleVariant.Fp32).Weights);
        Assert.True(File.Exists(bundle.PathOf(bundle.Head)));
    }

    [Fact]
    public void The_id_is_the_inference_parts_and_ignores_name_card_and_figures()
    {
        var first = TinyBundle.Write(_scratch["first"]);
        var renamed = TinyBundle.Write(_scratch["renamed"], name: "another");
        Edit("first", manifest =>
        {
            manifest["version"] = "2";
            manifest["description"] = "edited";
            manifest["metrics"]!.AsArray().Add(new JsonObject { ["name"] = "accuracy", ["value"] = 0.5, ["how"] = "guessing" });
        });

        Assert.Equal(first.Id, renamed.Id);
        Assert.Equal(first.Id, Bundle.Load(_scratch["first"]).Id);
        Assert.Equal(64, first.Id.Length);
    }

    [Fact]
    public void Another_threshold_frame_count_or_weight_is_another_id()
    {
        string[] ids =
        [
            TinyBundle.Write(_scratch["a"]).Id,
            TinyBundle.Write(_scratch["b"], threshold: 0.6).Id,
            TinyBundle.Write(_scratch["c"], frames: 10).Id,
            TinyBundle.Write(_scratch["d"], seed: 2).Id,
        ];

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void A_changed_byte_is_found()
    {
        var bundle = TinyBundle.Write(_scratch["tiny"]);
        var path = bundle.PathOf(bundle.Head);
        var bytes = File.ReadAllBytes(path);
        bytes[^20] ^= 1;
        File.WriteAllBytes(path, bytes);

        var error = Assert.Throws<BundleException>(() => Bundle.Load(_scratch["tiny"]));

        Assert.Contains("head.onnx", error.Message, StringComparison.Ordinal);
        Assert.Contains("sha256", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_manifest_or_model_is_named()
    {
        Assert.Contains("no such folder", Fault("nowhere"), StringComparison.Ordinal);

        Directory.CreateDirectory(_scratch["empty"]);
        Assert.Contains("manifest.json", Fault("empty"), StringComparison.Ordinal);

        TinyBundle.Write(_scratch["tiny"]);
        File.Delete(Path.Combine(_scratch["tiny"], "backbone.fp32.onnx"));
        Assert.Contains("backbone.fp32.onnx", Fault("tiny"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"format\":1}")]
    [InlineData("{\"format\":1,\"format\":1}")]
    [InlineData("{\"format\":\"1\",\"name\":\"a\",\"version\":\"1\",\"inference\":{}}")]
    public void A_manifest_that_is_none_is_an_error_that_names_it(string text)
    {
        TinyBundle.Write(_scratch["tiny"]);
        File.WriteAllText(Path.Combine(_scratch["tiny"], "manifest.json"), text);

        Assert.Contains("manifest.json", Fault("tiny"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("format", "99")]
    [InlineData("name", "\"\"")]
    [InlineData("name", "null")]
    [InlineData("licences", "[null]")]
    [InlineData("licences", "[{\"name\":\"MIT\",\"covers\":\"all\",\"file\":\"../LICENSE\"}]")]
    [InlineData("metrics", "[null]")]
    [InlineData("layers", "[null]")]
    [InlineData("layers", "[{\"name\":\"one\",\"features\":7}]")]
    [InlineData("layers", "[{\"name\":\"one\",\"features\":9},{\"name\":\"two\",\"features\":-1}]")]
    [InlineData("layers", "[{\"name\":\"one\",\"features\":4},{\"name\":\"one\",\"features\":4}]")]
    [InlineData("layers", "[{\"name\":\"one, two\",\"features\":8}]")]
    [InlineData("inference.height", "0")]
    [InlineData("inference.width", "1000000")]
    [InlineData("inference.frames", "0")]
    [InlineData("inference.frames", "2000000000")]
    [InlineData("inference.features", "-1")]
    [InlineData("inference.classes", "[\"healthy\",\"covid\",\"pneumonia\"]")]
    [InlineData("inference.classes", "[null,null,null]")]
    [InlineData("inference.threshold", "1.5")]
    [InlineData("inference.threshold", "\"NaN\"")]
    [InlineData("inference.preprocess", "\"\\u0000\"")]
    [InlineData("inference.backbones", "{}")]
    [InlineData("inference.backbones", "{\"fp32\":null}")]
    [InlineData("inference.backbones.fp32.file", "\"../tiny/backbone.fp32.onnx\"")]
    [InlineData("inference.backbones.fp32.file", "\"/etc/passwd\"")]
    [InlineData("inference.backbones.fp32.file", "\"..\"")]
    [InlineData("inference.backbones.fp32.sha256", "\"abc\"")]
    [InlineData("inference.backbones.fp32.opset", "3")]
    [InlineData("inference.backbones.fp32.weights", "\"float8\"")]
    [InlineData("inference.head.file", "null")]
    [InlineData("inference.unknown", "1")]
    public void A_wrong_value_in_the_manifest_is_refused(string key, string json)
    {
        TinyBundle.Write(_scratch["tiny"]);
        Edit("tiny", manifest =>
        {
            var keys = key.Split('.');
            var place = keys[..^1].Aggregate((JsonNode)manifest, (node, name) => node[name]!);
            place[keys[^1]] = JsonNode.Parse(json);
        });

        Assert.Throws<BundleException>(() => Bundle.Load(_scratch["tiny"]));
    }

    [Fact]
    public void A_manifest_may_say_nothing_of_licences_and_figures()
    {
        TinyBundle.Write(_scratch["tiny"]);
        Edit("tiny", manifest =>
        {
            manifest.Remove("licences");
            manifest.Remove("metrics");
        });

        var manifest = Bundle.Load(_scratch["tiny"]).Manifest;

        Assert.Empty(manifest.Licences);
        Assert.Empty(manifest.Metrics);
    }

    [Fact]
    public void A_link_out_of_the_folder_is_refused()
    {
        TinyBundle.Write(_scratch["tiny"]);
        var path = Path.Combine(_scratch["tiny"], "head.onnx");
        File.Move(path, _scratch["outside.onnx"]);
        File.CreateSymbolicLink(path, _scratch["outside.onnx"]);

        Assert.Contains("link", Fault("tiny"), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_in_other_files_are_refused()
    {
        TinyBundle.Write(_scratch["tiny"]);
        var path = Path.Combine(_scratch["tiny"], "head.onnx");
        var model = ModelTools.Onnx.ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        var unknown = new byte[] { 0x70, 0x01 }; // data_location = EXTERNAL
        model.Graph.Initializer[0].MergeFrom(new Google.Protobuf.CodedInputStream(unknown));
        Replace("tiny", path, Google.Protobuf.MessageExtensions.ToByteArray(model));

        Assert.Contains("other files", Fault("tiny"), StringComparison.Ordinal);
    }

    [Fact]
    public void Operators_that_only_a_library_of_its_own_has_are_refused()
    {
        var path = TinyBundle.WriteBackbone(_scratch["model.onnx"]);
        // One more operator set (field 8): the domain "evil.ops", version 1.
        File.AppendAllBytes(path, [0x42, 12, 0x0A, 8, .. "evil.ops"u8, 0x10, 1]);

        using var stream = File.OpenRead(path);
        var error = Assert.Throws<InvalidDataException>(() => OnnxFacts.Read(stream));

        Assert.Contains("domain 'evil.ops'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_onnx_files_are_refused_and_never_crash_the_walk()
    {
        var good = File.ReadAllBytes(TinyBundle.WriteBackbone(_scratch["backbone.onnx"]));
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = (byte[])good.Clone();
            for (var change = random.Next(1, 8); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                Array.Resize(ref bytes, random.Next(bytes.Length));
            using var stream = new MemoryStream(bytes);
            try
            {
                OnnxFacts.Read(stream);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        byte[] graph = [];
        for (var level = 0; level < 500; level++)
            graph = Field(1, Field(5, Field(6, graph)));
        using var nested = new MemoryStream(Field(7, graph));
        var error = Assert.Throws<InvalidDataException>(() => OnnxFacts.Read(nested));
        Assert.Contains("nested", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_is_not_written_over_another()
    {
        TinyBundle.Write(_scratch["tiny"]);

        Assert.Throws<BundleException>(() => TinyBundle.Write(_scratch["tiny"]));

        Bundle.Load(_scratch["tiny"]);
    }

    [Fact]
    public void A_failed_write_leaves_nothing()
    {
        var contents = new BundleContents
        {
            Name = "wrong",
            Version = "1",
            Preprocess = "none",
            Frames = 20,
            Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = TinyBundle.WriteBackbone(_scratch["backbone.onnx"]) },
            Head = TinyBundle.WriteHead(_scratch["head.onnx"], frames: 19),
        };

        var error = Assert.Throws<BundleException>(() => BundleWriter.Write(_scratch["wrong"], contents));

        Assert.Contains("[any, 20, 8]", error.Message, StringComparison.Ordinal);
        Assert.Equal(["backbone.onnx", "head.onnx"], Directory.GetFileSystemEntries(_scratch.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_catalog_finds_bundles_by_folder_and_names_what_it_cannot_find()
    {
        TinyBundle.Write(_scratch["tiny"]);

        Assert.Equal(_scratch["tiny"], BundleCatalog.Find(_scratch["tiny"]));
        Assert.Equal([_scratch["tiny"]], BundleCatalog.Folders(_scratch.Path));
        Assert.Contains("no-such-model", Assert.Throws<BundleException>(() => BundleCatalog.Find("no-such-model")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_further_head_shares_the_backbones_and_has_an_id_of_its_own()
    {
        var (own, other) = (TinyBundle.Write(_scratch["own"]), OtherHead("other"));

        var both = BundleWriter.Write(_scratch["both"], BundleContents.Of(own).WithHeadOf(other, own, "paper"));
        var further = Bundle.Load($"{both.Folder}:paper");

        Assert.Equal((own.Id, "tiny"), (both.Id, both.Name));
        Assert.Equal((other.Id, "tiny-paper", other.Threshold, "paper"), (further.Id, further.Name, further.Threshold, further.HeadName));
        Assert.Equal(other.Head.Sha256, further.Head.Sha256);
        Assert.Equal(["backbone.fp32.onnx", "head.onnx", "manifest.json", "paper.head.onnx"], Directory.GetFiles(both.Folder).Select(Path.GetFileName).Order());
        Assert.Equal(further.Reference, BundleCatalog.Find($"{both.Folder}:paper"));
        Assert.Contains("has no further head 'none'; it has paper", Assert.Throws<BundleException>(() => Bundle.Load($"{both.Folder}:none")).Message, StringComparison.Ordinal);
        Assert.Contains("has a head 'paper' already", Assert.Throws<BundleException>(() => BundleContents.Of(both).WithHeadOf(other, both, "paper")).Message, StringComparison.Ordinal);
        var elsewhere = TinyBundle.Write(_scratch["elsewhere"], seed: 2);
        Assert.Contains("other backbones", Assert.Throws<BundleException>(() => BundleContents.Of(own).WithHeadOf(elsewhere, own, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_head_is_marked_as_checked_by_itself()
    {
        var (own, other) = (TinyBundle.Write(_scratch["own"]), OtherHead("other"));
        var both = BundleWriter.Write(_scratch["both"], BundleContents.Of(own).WithHeadOf(other, own, "paper"));
        Assert.False(both.IsChecked);

        Assert.True(BundleWriter.MarkChecked(Bundle.Load($"{both.Folder}:paper")).IsChecked);
        Assert.False(Bundle.Load(both.Folder).IsChecked);
        Assert.True(BundleWriter.MarkChecked(both = Bundle.Load(both.Folder)).IsChecked);
        Assert.True(Bundle.Load($"{both.Folder}:paper").IsChecked);

        var more = BundleWriter.WithVariant(both, BundleVariant.Fp16, both.PathOf(both.Backbone(BundleVariant.Fp32)), _scratch["more"]);
        Assert.Equal((false, false), (more.IsChecked, Bundle.Load($"{more.Folder}:paper").IsChecked));
    }

    [Theory]
    [InlineData("{ \"../x\": HEAD }", "heads has the name '../x'")]
    [InlineData("{ \"x\": null }", "null stands in heads.x")]
    [InlineData("{ \"x\": FILE }", "a bundle's files lie in its own folder")]
    public void A_further_head_reaches_no_file_outside_the_folder(string heads, string expected)
    {
        TinyBundle.Write(_scratch["tiny"]);
        const string Model = "{ \"file\": \"NAME\", \"sha256\": \"0000000000000000000000000000000000000000000000000000000000000000\", \"weights\": \"float32\", \"opset\": 17 }";
        var head = $"{{ \"threshold\": 0.5, \"model\": {Model} }}";
        Edit("tiny", manifest => manifest["heads"] = JsonNode.Parse(heads
            .Replace("HEAD", head.Replace("NAME", "head.onnx", StringComparison.Ordinal), StringComparison.Ordinal)
            .Replace("FILE", head.Replace("NAME", "../head.onnx", StringComparison.Ordinal), StringComparison.Ordinal)));

        Assert.Contains(expected, Assert.Throws<BundleException>(() => Bundle.Load(_scratch["tiny"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/xception-lstm", "models/xception-lstm", null)]
    [InlineData("models/xception-lstm:paper", "models/xception-lstm", "paper")]
    [InlineData("/a:b/c", "/a:b/c", null)]
    [InlineData(":paper", ":paper", null)]
    public void A_colon_parts_a_folder_and_a_head(string text, string folder, string? head) => Assert.Equal((folder, head), BundleReference.Split(text));

    /// <summary>A bundle with the backbone of the tiny one and another head.</summary>
    private Bundle OtherHead(string folder) => BundleWriter.Write(_scratch[folder], BundleContents.Of(TinyBundle.Write(_scratch[folder + ".base"])) with
    {
        Threshold = 0.7,
        Head = TinyBundle.WriteHead(_scratch[folder + ".onnx"], seed: 5),
    });

    private static byte[] Field(int number, byte[] value)
    {
        var stream = new MemoryStream();
        using (var output = new Google.Protobuf.CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(number, Google.Protobuf.WireFormat.WireType.LengthDelimited);
            output.WriteBytes(Google.Protobuf.ByteString.CopyFrom(value));
        }
        return stream.ToArray();
    }

    private string Fault(string folder) => Assert.Throws<BundleException>(() => Bundle.Load(_scratch[folder])).Message;

    private void Edit(string folder, Action<JsonObject> edit)
    {
        var path = Path.Combine(_scratch[folder], "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
    }

    /// <summary>Puts other bytes into a bundle with a manifest that agrees.</summary>
    private void Replace(string folder, string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        Edit(folder, manifest => manifest["inference"]!["head"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
