using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Keras.Reading;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.UnitTests.Keras;

public sealed class ArchitectureTests
{
    [Fact]
    public void The_twelve_architectures_of_the_paper_are_inside() => Assert.Equal(
        [
            "densenet121", "densenet169", "densenet201", "efficientnetb0", "inceptionresnetv2", "mobilenetv2",
            "nasnetlarge", "nasnetmobile", "resnet152v2", "vgg16", "vgg19", "xception",
        ],
        Architecture.Names);

    [Fact]
    public void Keras_publishes_weights_for_each_of_them()
    {
        Assert.Equal(Architecture.Names, PublishedWeights.All.Select(weights => weights.Architecture).Order(StringComparer.Ordinal));
        Assert.All(PublishedWeights.All, weights => Assert.True(weights.Address.Scheme == "https" && weights.Md5 is null or { Length: 32 }));
        Assert.Equal(
            ("b0042744bf5b25fce3cb969f33bebb97", 299, 2048, Preprocess.Tf),
            PublishedWeights.Find("xception") is { } xception ? (xception.Md5!, xception.FrameSize, xception.Features, xception.Preprocess) : default);
    }

    [Theory]
    [InlineData("densenet121", 224, 1024, 7_037_504)]
    [InlineData("densenet169", 224, 1664, 12_642_880)]
    [InlineData("densenet201", 224, 1920, 18_321_984)]
    [InlineData("efficientnetb0", 224, 1280, 4_049_571)]
    [InlineData("inceptionresnetv2", 299, 1536, 54_336_736)]
    [InlineData("mobilenetv2", 224, 1280, 2_257_984)]
    [InlineData("nasnetlarge", 331, 4032, 84_916_818)]
    [InlineData("nasnetmobile", 224, 1056, 4_269_716)]
    [InlineData("resnet152v2", 224, 2048, 58_331_648)]
    [InlineData("vgg16", 224, 512, 14_714_688)]
    [InlineData("vgg19", 224, 512, 20_024_384)]
    [InlineData("xception", 299, 2048, 20_861_480)]
    public void Every_architecture_becomes_a_graph_without_stray_nodes(string name, int size, int features, long parameters)
    {
        var definition = ModelConfigReader.Read(ModelConfigReader.Parse(Architecture.Json(name)));
        var layers = LayerGraph.Build(definition);
        var weights = new CountedWeights();
        var graph = new GraphBuilder("features");
        var frames = graph.Input("frames", TensorProto.Types.DataType.Uint8, "N", null, size, size, 3);
        var values = new Dictionary<int, Value> { [layers.Inputs[0]] = FramePreprocessing.Apply(graph, frames, Preprocess.Tf, size, size) };

        new Conversion(graph, weights, "2.12.0").Run(layers.StepsTo(layers.Outputs[0]), values);
        graph.Output(values[layers.Outputs[0]].Name, "features", "N", null, features);
        GraphSimplifier.Simplify(graph);

        Assert.Equal([size, size, 3], definition.InputShapes[0].Select(axis => axis!.Value));
        Assert.Equal([features], values[layers.Outputs[0]].Shape);
        Assert.Equal(parameters, weights.Parameters);
        Assert.Single(graph.Nodes, node => node.OpType == "Transpose");
        // Normalisation before a convolution has nothing to go into; after one it is gone.
        var producers = graph.Nodes.ToDictionary(node => node.Output[0]);
        Assert.DoesNotContain(graph.Nodes, node => node.OpType == "BatchNormalization"
            && producers[node.Input[0]].OpType == "Conv"
            && graph.Nodes.Count(reader => reader.Input.Contains(node.Input[0])) == 1);
    }

    /// <summary>Ones in every shape that is asked for.</summary>
    private sealed class CountedWeights : IWeightSource
    {
        private readonly HashSet<(LayerDefinition, string)> _seen = [];

        public long Parameters { get; private set; }

        public WeightTensor Read(LayerDefinition layer, string slot, ReadOnlySpan<int> shape)
        {
            if (_seen.Add((layer, slot)))
                Parameters += WeightTensor.Product(shape);
            var tensor = new WeightTensor(shape);
            tensor.Values.Fill(1);
            return tensor;
        }

        public int[] Shape(LayerDefinition layer, string slot) => slot == "count" ? [] : [3];
    }
}
