using System.Text;
using System.Text.Json.Nodes;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Keras.Reading;
using LusPipeline.ModelTools.Onnx;
using PureHDF;

namespace LusPipeline.UnitTests.Keras;

public sealed class KerasFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_keras_archive_with_formulas_and_a_nested_model()
    {
        File.WriteAllBytes(_folder["model.keras"], Keras3Archive.Bytes());

        var facts = KerasImport.WriteBackbone(_folder["model.keras"], null, new BackboneExport { Preprocess = Preprocess.None }, _folder["out.onnx"]);

        Assert.Equivalent(new BackboneFacts(8, 8, 4, [new("pooled", 4)]), facts, strict: true);
        byte[] pixel = [255, 51, 102];
        var (_, actual) = OnnxRun.Of(_folder["out.onnx"], [.. Enumerable.Range(0, 64).SelectMany(_ => pixel)], [1L, 8, 8, 3]);
        float[] given = [(255 / 127.5f) - 1, (51 / 127.5f) - 0.5f, (102 / 127.5f) - 0.25f];
        float[] expected = [.. Enumerable.Range(0, 4).Select(i => Math.Max(0, Keras3Archive.Bias[i] + Enumerable.Range(0, 3).Sum(c => given[c] * Keras3Archive.Kernel[(c * 4) + i])))];
        Assert.InRange(Closeness.MaxDifference(actual, expected), 0, 1e-5f);
    }

    [Theory]
    [InlineData(Preprocess.None, 10, 20, 40)]
    [InlineData(Preprocess.Tf, (10 / 127.5f) - 1, (20 / 127.5f) - 1, (40 / 127.5f) - 1)]
    [InlineData(Preprocess.Caffe, 40 - 103.939f, 20 - 116.779f, 10 - 123.68f)]
    [InlineData(Preprocess.Torch, ((10 / 255f) - 0.485f) / 0.229f, ((20 / 255f) - 0.456f) / 0.224f, ((40 / 255f) - 0.406f) / 0.225f)]
    public void Preprocessing_is_inside_the_backbone_and_padding_comes_after_it(Preprocess preprocess, float first, float second, float third)
    {
        var model = new TinyModel(1, 1, 3);
        model.Add("ZeroPadding2D", "pad", new { padding = 1 });
        model.Add("Flatten", "features", new { });
        model.Write(_folder["model.h5"]);

        var facts = KerasImport.WriteBackbone(_folder["model.h5"], null, new BackboneExport { Preprocess = preprocess }, _folder["out.onnx"]);

        Assert.Equivalent(new BackboneFacts(1, 1, 27, [new("features", 27)]), facts, strict: true);
        var (_, actual) = OnnxRun.Of(_folder["out.onnx"], (byte[])[10, 20, 40], [1L, 1, 1, 3]);
        Assert.InRange(Closeness.MaxDifference(actual, [.. new float[12], first, second, third, .. new float[12]]), 0, 1e-5f);
    }

    [Fact]
    public void Several_layers_follow_each_other_in_the_features_and_pictures_are_averaged()
    {
        Classifier().Write(_folder["model.h5"]);

        var facts = KerasImport.WriteBackbone(_folder["model.h5"], null, new BackboneExport { Layers = ["hidden", "conv", "pooled"] }, _folder["out.onnx"]);

        Assert.Equal([new("hidden", 6), new("conv", 5), new("pooled", 5)], facts.Layers);
        Assert.Equal(16, facts.Features);
        KerasImport.WriteBackbone(_folder["model.h5"], null, new BackboneExport { CutAtLayer = "hidden" }, _folder["hidden.onnx"]);
        byte[] frame = [.. Enumerable.Range(0, 4 * 4 * 3).Select(i => (byte)(i * 5))];
        var (_, together) = OnnxRun.Of(_folder["out.onnx"], frame, [1L, 4, 4, 3]);
        Assert.InRange(Closeness.MaxDifference(together.AsSpan(0, 6), OnnxRun.Of(_folder["hidden.onnx"], frame, [1L, 4, 4, 3]).Item2), 0, 1e-6f);
        // Here, pooled is the mean of conv.
        Assert.InRange(Closeness.MaxDifference(together.AsSpan(6, 5), together.AsSpan(11)), 0, 1e-6f);
    }

    [Fact]
    public void A_named_layer_is_where_the_features_come_from()
    {
        Classifier().Write(_folder["model.h5"]);

        Assert.Equal("pooled", Cut(null).Layers[0].Name);
        Assert.Equal(("hidden", 6), (Cut("hidden").Layers[0].Name, Cut("hidden").Features));
        Assert.Contains("no layer 'nowhere'; its last layers are", Assert.Throws<KerasImportException>(() => Cut("nowhere")).Message, StringComparison.Ordinal);
        Assert.Contains("gives [4, 4, 5]", Assert.Throws<KerasImportException>(() => Cut("conv")).Message, StringComparison.Ordinal);

        BackboneFacts Cut(string? layer) => KerasImport.WriteBackbone(_folder["model.h5"], null, new BackboneExport { CutAtLayer = layer }, _folder["out.onnx"]);
    }

    [Fact]
    public void A_model_that_leaves_the_size_open_takes_the_one_given()
    {
        var model = new TinyModel(null, null, 3);
        model.Add("Conv2D", "conv", new { filters = 2, kernel_size = 3 }, ("kernel", [3, 3, 3, 2]), ("bias", [2]));
        model.Add("GlobalAveragePooling2D", "pooled", new { });
        model.Write(_folder["model.h5"]);

        Assert.Contains("size open", Assert.Throws<KerasImportException>(() => KerasImport.WriteBackbone(_folder["model.h5"], null, new BackboneExport(), _folder["out.onnx"])).Message, StringComparison.Ordinal);
        var facts = KerasImport.WriteBackbone(_folder["model.h5"], null, new BackboneExport { FrameSize = 32 }, _folder["out.onnx"]);
        Assert.Equal((32, 32), (facts.Height, facts.Width));
    }

    [Fact]
    public void A_head_must_end_in_a_softmax_and_know_its_frames()
    {
        var head = new TinyModel(null, 4);
        head.Add("GlobalAveragePooling1D", "average", new { });
        head.Add("Dense", "classes", new { units = 3, activation = "softmax" }, ("kernel", [4, 3]), ("bias", [3]));
        head.Write(_folder["head.h5"]);
        Assert.Contains("number of frames open", Assert.Throws<KerasImportException>(() => KerasImport.WriteHead(_folder["head.h5"], new HeadExport(), _folder["out.onnx"])).Message, StringComparison.Ordinal);
        Assert.Equal(new HeadFacts(20, 4, 3), KerasImport.WriteHead(_folder["head.h5"], new HeadExport { Frames = 20 }, _folder["out.onnx"]));

        var logits = new TinyModel(20, 4);
        logits.Add("GlobalAveragePooling1D", "average", new { });
        logits.Add("Dense", "classes", new { units = 3 }, ("kernel", [4, 3]), ("bias", [3]));
        logits.Write(_folder["logits.h5"]);
        var refusal = Assert.Throws<KerasImportException>(() => KerasImport.WriteHead(_folder["logits.h5"], new HeadExport(), _folder["out.onnx"]));
        Assert.Contains("not a softmax", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_shape_are_an_error_that_names_both()
    {
        var model = Classifier();
        model.Layers[0]!["config"]!["filters"] = 9;
        model.Write(_folder["model.h5"]);

        var fault = Assert.Throws<KerasImportException>(() => KerasImport.WriteBackbone(_folder["model.h5"], null, new BackboneExport(), _folder["out.onnx"]));

        Assert.Contains("conv/conv/kernel:0' are 3×3×3×5, but 'kernel' of the layer 'conv' of class Conv2D is 3×3×3×9", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out.onnx"]));
    }

    [Fact]
    public void A_missing_layer_in_the_weights_is_an_error()
    {
        var model = Classifier();
        model.Layers.Add(new JsonObject { ["class_name"] = "Dense", ["config"] = new JsonObject { ["name"] = "more", ["units"] = 2 } });
        model.Write(_folder["model.h5"]);

        Assert.Contains("not in the file: more", Assert.Throws<KerasImportException>(() => KerasFile.Read(_folder["model.h5"], null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_without_a_model_ask_for_their_architecture()
    {
        new H5File { ["layer"] = new H5Group() }.Write(_folder["weights.h5"]);

        var fault = Assert.Throws<KerasImportException>(() => KerasFile.Read(_folder["weights.h5"], null));

        Assert.Contains("name its architecture (densenet121, ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_are_refused_by_name()
    {
        File.WriteAllText(_folder["text.h5"], "not a model");
        foreach (var (path, part) in new[] { (_folder["text.h5"], "not a Keras file"), (_folder.Path, "folder"), (_folder["none.h5"], "none.h5") })
        {
            var fault = Assert.Throws<KerasImportException>(() => KerasFile.Read(path, null));
            Assert.StartsWith(path, fault.Message, StringComparison.Ordinal);
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        }
        Assert.Contains("neither an architecture's name", Assert.Throws<KerasImportException>(() => KerasFile.Read(_folder["text.h5"], "resnet1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layer_names_that_take_the_names_of_ends_do_no_harm()
    {
        var model = new TinyModel(4, 4, 3);
        model.Add("Conv2D", "frames", new { filters = 2, kernel_size = 1 }, ("kernel", [1, 1, 3, 2]), ("bias", [2]));
        model.Add("Conv2D", "features", new { filters = 2, kernel_size = 1 }, ("kernel", [1, 1, 2, 2]), ("bias", [2]));
        model.Add("GlobalAveragePooling2D", "probabilities", new { });
        model.Write(_folder["model.h5"]);

        KerasImport.WriteBackbone(_folder["model.h5"], null, new BackboneExport { WeightStorage = WeightStorage.Float16 }, _folder["out.onnx"]);

        Assert.Equal([2L, 2], OnnxRun.Of(_folder["out.onnx"], new byte[96], [2L, 4, 4, 3]).Shape);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_nested_model_has_its_weights_in_the_order_that_Keras_gives_trained_and_frozen_layers(bool trainable)
    {
        var model = new TinyModel(4, 4, 3);
        object Layer(string className, object config) => new { class_name = className, config };
        model.AddLayer("Sequential", "inner", new
        {
            layers = (object[])
            [
                Layer("InputLayer", new { name = "inner_input", batch_input_shape = (int?[])[null, 4, 4, 3] }),
                Layer("BatchNormalization", new { name = "first", trainable, axis = (int[])[3], epsilon = 0.0 }),
                Layer("BatchNormalization", new { name = "second", trainable, axis = (int[])[3], epsilon = 0.0 }),
            ],
        });
        model.Add("GlobalAveragePooling2D", "pooled", new { });
        (string, int[]) Weight(string name) => (name, [3]);
        // Trained weights come before averages, over all layers; of frozen layers each keeps its own together.
        string[] order = trainable
            ? ["first/gamma", "first/beta", "second/gamma", "second/beta", "first/moving_mean", "first/moving_variance", "second/moving_mean", "second/moving_variance"]
            : ["first/gamma", "first/beta", "first/moving_mean", "first/moving_variance", "second/gamma", "second/beta", "second/moving_mean", "second/moving_variance"];
        var values = model.AddWeights("inner", [.. order.Select(Weight)]).Zip(order, (values, name) => (name, values)).ToDictionary(pair => pair.name, pair => pair.values);

        var (_, actual) = model.Run(1);

        float[] expected = [.. Enumerable.Range(0, 3).Select(c => model.Input.Where((_, i) => i % 3 == c).Average(x => Norm("second", Norm("first", x, c), c)))];
        Assert.InRange(Closeness.MaxDifference(actual, expected), 0, 5e-6f);

        float Norm(string name, float x, int c) =>
            (values[name + "/gamma"][c] * (x - values[name + "/moving_mean"][c]) / MathF.Sqrt(values[name + "/moving_variance"][c])) + values[name + "/beta"][c];
    }

    [Fact]
    public void A_model_of_clips_gives_a_backbone_and_a_head()
    {
        var model = new TinyModel(5, 4, 4, 3);
        object Each(string className, object config) => new { layer = new { class_name = className, config } };
        var conv = model.Add("TimeDistributed", "each_conv", Each("Conv2D", new { name = "conv", filters = 2, kernel_size = 3, activation = "relu" }), ("kernel", [3, 3, 3, 2]), ("bias", [2]));
        model.Add("TimeDistributed", "each_pool", Each("GlobalAveragePooling2D", new { name = "pool" }));
        var lstm = model.Add("LSTM", "lstm", new { units = 4 }, ("kernel", [2, 16]), ("recurrent_kernel", [4, 16]), ("bias", [16]));
        model.Add("Dense", "classes", new { units = 3, activation = "softmax" }, ("kernel", [4, 3]), ("bias", [3]));
        model.Write(_folder["model.h5"]);

        var backbone = KerasImport.WriteBackbone(_folder["model.h5"], null, new BackboneExport { Preprocess = Preprocess.Tf }, _folder["backbone.onnx"]);
        var head = KerasImport.WriteHead(_folder["model.h5"], new HeadExport(), _folder["head.onnx"]);

        Assert.Equivalent(new BackboneFacts(4, 4, 2, [new("each_pool", 2)]), backbone, strict: true);
        Assert.Equal(new HeadFacts(5, 2, 3), head);
        byte[] frames = [.. Enumerable.Range(0, 5 * 48).Select(i => (byte)(i * 37))];
        var (_, features) = OnnxRun.Of(_folder["backbone.onnx"], frames, [5L, 4, 4, 3]);
        float[] expected = [.. Image.Batch([.. frames.Select(value => (value / 127.5f) - 1)], 5, 4, 4, 3)
            .Select(image => NaiveKeras.Conv2D(image, conv[0], (3, 3), 2, conv[1], same: false, (1, 1), (1, 1), 1))
            .SelectMany(image => Enumerable.Range(0, 2).Select(c => (float)NaiveKeras.Positions(2, 2, 1).Average(at => Math.Max(0, image[at.Y, at.X, c]))))];
        Assert.InRange(Closeness.MaxDifference(features, expected), 0, 5e-6f);
        var (_, probabilities) = OnnxRun.Of(_folder["head.onnx"], features, [1L, 5, 2]);
        Assert.Equal(1, probabilities.Sum(), 1e-5f);
        Assert.NotEmpty(lstm);
    }

    [Fact]
    public void Layers_that_stay_random_are_refused()
    {
        var model = new TinyModel(2);
        model.AddLayer("InputLayer", "given", new { batch_input_shape = (int?[])[null, 2] }, "[]");
        model.AddLayer("Dropout", "dropped", new { rate = 0.5 }, """[[["given", 0, 0, {"training": true}]]]""");

        Assert.Contains("'dropped' of class Dropout is called as in training", Assert.ThrowsAny<Exception>(() => model.Run()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_within_models_do_not_multiply_without_end()
    {
        const string Input = """{"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [null, 2]}, "inbound_nodes": []}""";
        var config = $$$"""{"name": "m", "layers": [{{{Input}}}], "input_layers": [["in", 0, 0]], "output_layers": [["in", 0, 0]]}""";
        var calls = string.Join(", ", Enumerable.Range(0, 40).Select(call => call == 0 ? """[["in", 0, 0, {}]]""" : $$"""[["m", {{call - 1}}, 0, {}]]"""));
        for (var level = 0; level < 8; level++)
        {
            config = $$$"""
                {"name": "m", "layers": [{{{Input}}}, {"class_name": "Functional", "config": {{{config}}}, "inbound_nodes": [{{{calls}}}]}],
                 "input_layers": [["in", 0, 0]], "output_layers": [["m", 39, 0]]}
                """;
        }
        var definition = ModelConfigReader.Read(ModelConfigReader.Parse(Encoding.UTF8.GetBytes($$$"""{"class_name": "Functional", "config": {{{config}}}}""")));

        Assert.Contains("more than 10000 times", Assert.ThrowsAny<Exception>(() => LayerGraph.Build(definition)).Message, StringComparison.Ordinal);
    }

    private static TinyModel Classifier()
    {
        var model = new TinyModel(4, 4, 3);
        model.Add("Conv2D", "conv", new { filters = 5, kernel_size = (int[])[3, 3], padding = "same", activation = "relu" }, ("kernel", [3, 3, 3, 5]), ("bias", [5]));
        model.Add("GlobalAveragePooling2D", "pooled", new { });
        model.Add("Dense", "hidden", new { units = 6 }, ("kernel", [5, 6]), ("bias", [6]));
        model.Add("Dense", "classes", new { units = 3, activation = "softmax" }, ("kernel", [6, 3]), ("bias", [3]));
        return model;
    }
}
