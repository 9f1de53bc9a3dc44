namespace LusPipeline.UnitTests.Keras;

/// <summary>Layers whose results can be written down.</summary>
public sealed class LayerTests
{
    private const float Tolerance = 2e-6f;

    [Theory]
    [InlineData("linear", 0, -2, -2)]
    [InlineData("relu", 0, -2, 0)]
    [InlineData("relu", 0, 3, 3)]
    [InlineData("relu6", 0, 7, 6)]
    [InlineData("sigmoid", 0, 1, 0.7310585786)]
    [InlineData("tanh", 0, 1, 0.7615941560)]
    [InlineData("softplus", 0, 1, 1.3132616875)]
    [InlineData("softsign", 0, -3, -0.75)]
    [InlineData("exponential", 0, 1, 2.7182818285)]
    [InlineData("swish", 0, 2, 1.7615941560)]
    [InlineData("silu", 0, 2, 1.7615941560)]
    [InlineData("gelu", 0, 1, 0.8413447461)]
    [InlineData("elu", 0, -1, -0.6321205588)]
    [InlineData("selu", 0, -1, -1.1113307378)]
    [InlineData("leaky_relu", 0, -1, -0.2)]
    [InlineData("mish", 0, 1, 0.8650983883)]
    [InlineData("hard_swish", 0, 1, 0.6666666667)]
    public void Activation_functions(string activation, int position, float x, double expected)
    {
        var model = new TinyModel(2);
        model.Add("Activation", "function", new { activation });

        var (_, actual) = model.Run(1, position == 0 ? [x, 0] : [0, x]);

        Assert.Equal(expected, actual[position], Tolerance);
    }

    [Fact]
    public void Softmax_runs_over_channels_of_images_and_vectors()
    {
        foreach (var shape in (int?[][])[[3], [2, 3], [2, 2, 3]])
        {
            var model = new TinyModel(shape);
            model.Add("Activation", "function", new { activation = "softmax" });

            var (_, actual) = model.Run(1);

            foreach (var (given, result) in model.Input.Chunk(3).Zip(actual.Chunk(3)))
            {
                var sum = given.Sum(value => Math.Exp(value));
                Expect([.. given.Select(value => (float)(Math.Exp(value) / sum))], result);
            }
        }
    }

    [Fact]
    public void Relu_with_every_setting()
    {
        var model = new TinyModel(5);
        model.Add("ReLU", "relu", new { max_value = 4.0, negative_slope = 0.1, threshold = 1.0 });

        Expect([-0.3f, -0.05f, 1.5f, 4, -0.1f], model.Run(1, [-2, 0.5f, 1.5f, 9, 0]).Values);
    }

    [Theory]
    [InlineData("LeakyReLU", "alpha", 0.3, -0.6)]
    [InlineData("LeakyReLU", "negative_slope", 0.25, -0.5)]
    [InlineData("ELU", "alpha", 2.0, -1.7293294335)]
    [InlineData("ThresholdedReLU", "theta", 1.0, 0)]
    public void Activation_layers(string className, string setting, double value, double expected)
    {
        var model = new TinyModel(1);
        model.Add(className, "function", new Dictionary<string, double> { [setting] = value });

        Assert.Equal(expected, model.Run(1, [-2]).Values[0], Tolerance);
    }

    [Fact]
    public void PRelu_shares_axes()
    {
        var model = new TinyModel(2, 2, 3);
        var alpha = model.Add("PReLU", "function", new { shared_axes = (int[])[1, 2] }, ("alpha", [1, 1, 3]))[0];

        var (_, actual) = model.Run();

        Expect([.. model.Input.Select((value, i) => value < 0 ? value * alpha[i % 3] : value)], actual);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Dense_works_on_the_last_axis(int rank)
    {
        var model = new TinyModel([.. new int?[] { 2, 3, 5 }[(3 - rank)..]]);
        var weights = model.Add("Dense", "dense", new { units = 4, activation = "relu" }, ("kernel", [5, 4]), ("bias", [4]));

        var (shape, actual) = model.Run();

        Assert.Equal(4, shape[^1]);
        Expect(
            [.. model.Input.Chunk(5).SelectMany(row => NaiveKeras.Dense([.. row.Select(value => (double)value)], weights[0], weights[1], 4)).Select(value => (float)Math.Max(value, 0))],
            actual);
    }

    [Fact]
    public void Batch_normalisation_after_a_dense_layer_becomes_part_of_it()
    {
        var model = new TinyModel(5);
        var dense = model.Add("Dense", "dense", new { units = 4, use_bias = false }, ("kernel", [5, 4]));
        var norm = model.Add("BatchNormalization", "norm", new { axis = (int[])[1], epsilon = 0.001 }, ("gamma", [4]), ("beta", [4]), ("moving_mean", [4]), ("moving_variance", [4]));

        var (_, actual) = model.Run();

        Expect(
            [.. model.Input.Chunk(5).SelectMany(row => NaiveKeras.Dense([.. row.Select(value => (double)value)], dense[0], null, 4)
                .Select((value, i) => (float)((norm[0][i] * (value - norm[2][i]) / Math.Sqrt(norm[3][i] + 0.001)) + norm[1][i])))],
            actual);
        Assert.Equal(["Gemm"], model.Operations);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Layer_normalisation(int rank)
    {
        var model = new TinyModel([.. new int?[] { 2, 3, 5 }[(3 - rank)..]]);
        var weights = model.Add("LayerNormalization", "norm", new { axis = (int[])[rank], epsilon = 0.01 }, ("gamma", [5]), ("beta", [5]));

        var (_, actual) = model.Run();

        Expect(
            [.. model.Input.Chunk(5).SelectMany(row =>
            {
                var mean = row.Average();
                var variance = row.Average(value => (value - mean) * (value - mean));
                return row.Select((value, i) => (float)((weights[0][i] * (value - mean) / Math.Sqrt(variance + 0.01)) + weights[1][i]));
            })],
            actual);
    }

    [Fact]
    public void Flatten_and_Reshape_count_elements_in_Keras_order()
    {
        var model = new TinyModel(2, 3, 4);
        model.Add("Reshape", "reshape", new { target_shape = (int[])[4, -1, 3] });
        model.Add("Flatten", "flatten", new { data_format = "channels_last" });

        var (shape, actual) = model.Run();

        Assert.Equal([24], shape);
        Expect(model.Input, actual);
    }

    [Fact]
    public void Permute_moves_axes()
    {
        var model = new TinyModel(2, 3, 4);
        model.Add("Permute", "permute", new { dims = (int[])[3, 1, 2] });

        var (shape, actual) = model.Run(1);

        Assert.Equal([4, 2, 3], shape);
        Expect([.. NaiveKeras.Positions(4, 2, 3).Select(to => model.Input[(((to.X * 3) + to.Channel) * 4) + to.Y])], actual);
    }

    [Fact]
    public void Cropping_takes_rows_and_columns()
    {
        var model = new TinyModel(5, 6, 2);
        model.Add("Cropping2D", "crop", new { cropping = (int[][])[[1, 2], [3, 0]] });

        var (shape, actual) = model.Run(1);

        Assert.Equal([2, 3, 2], shape);
        Expect([.. NaiveKeras.Positions(2, 3, 2).Select(to => model.Input[((((to.Y + 1) * 6) + to.X + 3) * 2) + to.Channel])], actual);
    }

    [Fact]
    public void Repeated_vectors_are_a_sequence()
    {
        var model = new TinyModel(3);
        model.Add("RepeatVector", "repeat", new { n = 2 });

        Expect([1, 2, 3, 1, 2, 3], model.Run(1, [1, 2, 3]).Values);
    }

    [Fact]
    public void Rescaling_by_numbers_for_each_channel()
    {
        var model = new TinyModel(1, 2, 3);
        model.Add("Rescaling", "scale", new { scale = (double[])[2, 3, 4], offset = 0.5 });

        Expect([2.5f, 3.5f, 4.5f, 0.5f, -2.5f, 8.5f], model.Run(1, [1, 1, 1, 0, -1, 2]).Values);
    }

    [Fact]
    public void Normalization_with_statistics_in_the_settings_and_inverted()
    {
        var model = new TinyModel(2);
        model.Add("Normalization", "normal", new { axis = -1, mean = (double[])[1, 2], variance = (double[])[4, 9] });
        Expect([1, -1], model.Run(1, [3, -1]).Values);

        var inverted = new TinyModel(2);
        inverted.Add("Normalization", "normal", new { axis = -1, mean = (double[])[1, 2], variance = (double[])[4, 9], invert = true });
        Expect([3, -1], inverted.Run(1, [1, -1]).Values);
    }

    [Theory]
    [InlineData("Add", 9)]
    [InlineData("Multiply", 24)]
    [InlineData("Average", 3)]
    [InlineData("Maximum", 4)]
    [InlineData("Minimum", 2)]
    public void Merging_layers(string className, float expected)
    {
        var model = new TinyModel(1);
        model.AddLayer("InputLayer", "given", new { batch_input_shape = (int?[])[null, 1] }, "[]");
        model.AddLayer("Rescaling", "more", new { offset = 1.0 }, """[[["given", 0, 0, {}]]]""");
        model.AddLayer("Rescaling", "twice", new { scale = 2.0 }, """[[["given", 0, 0, {}]]]""");
        model.AddLayer(className, "merged", new { }, """[[["given", 0, 0, {}], ["more", 0, 0, {}], ["twice", 0, 0, {}]]]""");

        Assert.Equal(expected, model.Run(1, [2]).Values[0]);
    }

    [Fact]
    public void Concatenation_and_spread_along_image_axes()
    {
        var model = new TinyModel(2, 1, 2);
        model.AddLayer("InputLayer", "given", new { batch_input_shape = (int?[])[null, 2, 1, 2] }, "[]");
        model.AddLayer("GlobalAveragePooling2D", "pooled", new { keepdims = true }, """[[["given", 0, 0, {}]]]""");
        model.AddLayer("Multiply", "gated", new { }, """[[["given", 0, 0, {}], ["pooled", 0, 0, {}]]]""");
        model.AddLayer("Concatenate", "joined", new { axis = 1 }, """[[["given", 0, 0, {}], ["gated", 0, 0, {}]]]""");

        var (shape, actual) = model.Run(1, [1, 2, 3, 6]);

        Assert.Equal([4, 1, 2], shape);
        Expect([1, 2, 3, 6, 2, 8, 6, 24], actual);
    }

    [Fact]
    public void Formulas_of_Keras_2_around_layers()
    {
        var model = new TinyModel(1, 1, 3);
        model.AddLayer("InputLayer", "given", new { batch_input_shape = (int?[])[null, 1, 1, 3] }, "[]");
        model.AddLayer("SlicingOpLambda", "bgr", new { function = "__operators__.getitem" },
            """[["given", 0, 0, {"slice_spec": [{"class_name": "__ellipsis__"}, {"start": null, "stop": null, "step": -1}]}]]""");
        model.AddLayer("TFOpLambda", "bias", new { function = "nn.bias_add" }, """[["bgr", 0, 0, {"bias": [-1.0, -2.0, -3.0], "data_format": "channels_last"}]]""");
        model.AddLayer("TFOpLambda", "divided", new { function = "math.truediv" }, """[["bias", 0, 0, {"y": 2.0, "name": null}]]""");

        Expect([14.5f, 9, 3.5f], model.Run(1, [10, 20, 30]).Values);
    }

    [Fact]
    public void Layers_at_each_time()
    {
        var model = new TinyModel(3, 4);
        var weights = model.Add(
            "TimeDistributed", "each", new { layer = new { class_name = "Dense", config = new { name = "inner", units = 2 } } }, ("kernel", [4, 2]), ("bias", [2]));

        var (shape, actual) = model.Run();

        Assert.Equal([3, 2], shape);
        Expect([.. model.Input.Chunk(4).SelectMany(row => NaiveKeras.Dense([.. row.Select(value => (double)value)], weights[0], weights[1], 2)).Select(value => (float)value)], actual);
    }

    [Fact]
    public void Branches_that_lead_nowhere_are_left_out_whatever_they_are()
    {
        var model = new TinyModel(2);
        model.AddLayer("InputLayer", "given", new { batch_input_shape = (int?[])[null, 2] }, "[]");
        model.AddLayer("Mystery", "unknown", new { }, """[[["given", 0, 0, {}]]]""");
        model.AddLayer("Dropout", "dropped", new { rate = 0.5 }, """[[["given", 0, 0, {}]]]""");
        model.AddLayer("ReLU", "relu", new { }, """[[["dropped", 0, 0, {}]]]""");

        Expect([1, 0], model.Run(1, [1, -1]).Values);
        Assert.Equal(["Relu"], model.Operations);
    }

    [Fact]
    public void An_unknown_layer_is_an_error_that_names_it_its_class_and_what_is_supported()
    {
        var model = new TinyModel(2);
        model.Add("Mystery", "unknown_7", new { });

        var fault = Assert.ThrowsAny<Exception>(() => model.Run());

        Assert.Contains("'unknown_7' of class Mystery is not supported", fault.Message, StringComparison.Ordinal);
        Assert.Contains("SeparableConv2D", fault.Message, StringComparison.Ordinal);
    }

    private static void Expect(float[] expected, float[] actual) => Assert.InRange(Closeness.MaxDifference(actual, expected), 0, Tolerance);
}
