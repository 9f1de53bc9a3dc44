using LusPipeline.Buckets.Npy;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Keras.Export;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Bundles;

namespace LusPipeline.UnitTests.Keras.Export;

public sealed class KerasExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_exported_head_is_imported_again_bit_for_bit()
    {
        Import(SharedData.Require("data", "keras", "xception-20-lstm-head.h5"), "first.onnx");
        var bundle = Bundle("first.onnx", 20, 2048);

        var facts = KerasExport.WriteHead(bundle, _folder["head.h5"]);
        Import(_folder["head.h5"], "second.onnx");

        Assert.Equal(new HeadFacts(20, 2048, 3), facts);
        var (first, second) = (Graph("first.onnx"), Graph("second.onnx"));
        Assert.Equal(first.Node, second.Node);
        Assert.Equal(first.Initializer, second.Initializer);
        var (shape, input) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception-20-lstm-head.input.npy"));
        Assert.Equal(OnnxRun.Of(_folder["first.onnx"], input, shape, batch: 8).Values, OnnxRun.Of(_folder["second.onnx"], input, shape, batch: 8).Values);
    }

    [Fact]
    public void Weights_stored_as_float16_are_exported_as_they_are_computed_with()
    {
        Import(SharedData.Require("data", "keras", "xception-20-lstm-head.h5"), "first.onnx", WeightStorage.Float16);

        KerasExport.WriteHead(Bundle("first.onnx", 20, 2048), _folder["head.h5"]);
        Import(_folder["head.h5"], "second.onnx");

        var (shape, input) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception-20-lstm-head.input.npy"));
        Assert.Equal(OnnxRun.Of(_folder["first.onnx"], input, shape, batch: 8).Values, OnnxRun.Of(_folder["second.onnx"], input, shape, batch: 8).Values);
    }

    [Fact]
    public void Another_head_is_an_error_that_names_the_file_and_the_node()
    {
        var bundle = TinyBundle.Write(_folder["tiny"]);

        var error = Assert.Throws<BundleException>(() => KerasExport.WriteHead(bundle, _folder["head.h5"]));

        Assert.Contains("head.onnx", error.Message, StringComparison.Ordinal);
        Assert.Contains("ReduceMean", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["head.h5"]));
    }

    [Fact]
    public void A_file_that_exists_is_kept()
    {
        File.WriteAllText(_folder["head.h5"], "mine");

        Assert.Throws<BundleException>(() => KerasExport.WriteHead(TinyBundle.Write(_folder["tiny"]), _folder["head.h5"]));

        Assert.Equal("mine", File.ReadAllText(_folder["head.h5"]));
    }

    private void Import(string h5, string onnx, WeightStorage storage = WeightStorage.Float32)
    {
        using var model = KerasFile.Read(h5, null);
        KerasImport.WriteHead(model, new HeadExport { WeightStorage = storage }, _folder[onnx]);
    }

    /// <summary>With a backbone that only has to be of the right length: an export does not look at it.</summary>
    private Bundle Bundle(string head, int frames, int features)
    {
        var graph = new GraphBuilder("features");
        var input = graph.Input("frames", TensorProto.Types.DataType.Uint8, "N", null, 8, 8, 3);
        var pixels = graph.Add("Cast", "pixels", [input], OnnxAttribute.Int("to", (int)TensorProto.Types.DataType.Float));
        var flat = graph.Add("Flatten", "flat", [pixels]);
        graph.Output(graph.Add("MatMul", "product", [flat, graph.Weight("kernel", new WeightTensor(new float[192 * features], 192, features))]), "features", "N", null, features);
        using (var stream = File.Create(_folder["backbone.onnx"]))
            graph.Write(stream, "backbone", WeightStorage.Float32, []);
        return BundleWriter.Write(_folder["bundle"], new BundleContents
        {
            Name = "test",
            Version = "1",
            Preprocess = "none",
            Frames = frames,
            Threshold = 0.5,
            Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = _folder["backbone.onnx"] },
            Head = _folder[head],
        });
    }

    private GraphProto Graph(string onnx) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder[onnx])).Graph;
}
