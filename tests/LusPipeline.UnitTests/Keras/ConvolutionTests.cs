namespace LusPipeline.UnitTests.Keras;

public sealed class ConvolutionTests
{
    private const float Tolerance = 2e-5f;

    [Theory]
    [InlineData("valid", 1, 1, 1, 1, 1)]
    [InlineData("same", 1, 1, 1, 1, 1)]
    [InlineData("same", 2, 2, 1, 1, 1)]
    [InlineData("valid", 2, 3, 1, 1, 1)]
    [InlineData("same", 3, 2, 1, 1, 2)]
    [InlineData("valid", 1, 1, 2, 2, 1)]
    [InlineData("same", 1, 1, 3, 2, 4)]
    public void Conv2D_with_all_paddings_strides_dilations_and_groups(string padding, int strideY, int strideX, int dilationY, int dilationX, int groups)
    {
        var model = new TinyModel(11, 9, 4);
        var weights = model.Add(
            "Conv2D", "conv",
            new { filters = 8, kernel_size = (int[])[3, 2], strides = (int[])[strideY, strideX], padding, dilation_rate = (int[])[dilationY, dilationX], groups },
            ("kernel", [3, 2, 4 / groups, 8]), ("bias", [8]));

        var (shape, actual) = model.Run();

        var expected = Image.Batch(model.Input, 2, 11, 9, 4).Select(image => NaiveKeras.Conv2D(
            image, weights[0], (3, 2), 8, weights[1], padding == "same", (strideY, strideX), (dilationY, dilationX), groups)).ToList();
        Assert.Equal([expected[0].Height, expected[0].Width, 8], shape);
        Expect(expected, actual);
    }

    [Theory]
    [InlineData("valid", 1, 1, 1)]
    [InlineData("same", 2, 1, 1)]
    [InlineData("same", 1, 2, 3)]
    [InlineData("valid", 2, 1, 2)]
    public void DepthwiseConv2D_with_a_multiplier(string padding, int stride, int dilation, int multiplier)
    {
        var model = new TinyModel(8, 7, 3);
        var weights = model.Add(
            "DepthwiseConv2D", "conv",
            new { kernel_size = (int[])[3, 3], strides = (int[])[stride, stride], padding, dilation_rate = (int[])[dilation, dilation], depth_multiplier = multiplier, use_bias = false },
            ("depthwise_kernel", [3, 3, 3, multiplier]));

        var (_, actual) = model.Run();

        Expect(Image.Batch(model.Input, 2, 8, 7, 3).Select(image => NaiveKeras.Depthwise(image, weights[0], 3, multiplier, padding == "same", stride, dilation)), actual);
    }

    [Fact]
    public void SeparableConv2D_is_a_depthwise_convolution_and_one_of_1x1_with_bias_and_activation()
    {
        var model = new TinyModel(8, 7, 3);
        var weights = model.Add(
            "SeparableConv2D", "conv",
            new { filters = 5, kernel_size = (int[])[3, 3], strides = (int[])[2, 2], padding = "same", depth_multiplier = 2, use_bias = true, activation = "relu" },
            ("depthwise_kernel", [3, 3, 3, 2]), ("pointwise_kernel", [1, 1, 6, 5]), ("bias", [5]));

        var (_, actual) = model.Run();

        var expected = Image.Batch(model.Input, 2, 8, 7, 3)
            .Select(image => NaiveKeras.Depthwise(image, weights[0], 3, 2, same: true, 2, 1))
            .Select(image => NaiveKeras.Conv2D(image, weights[1], (1, 1), 5, weights[2], same: false, (1, 1), (1, 1), 1))
            .Select(image => NaiveKeras.EachChannel(image, (value, _) => Math.Max(value, 0)));
        Expect(expected, actual);
    }

    [Theory]
    [InlineData("valid", 1)]
    [InlineData("same", 2)]
    [InlineData("causal", 1)]
    public void Conv1D_goes_along_time(string padding, int stride)
    {
        var model = new TinyModel(9, 4);
        var weights = model.Add(
            "Conv1D", "conv", new { filters = 5, kernel_size = (int[])[3], strides = (int[])[stride], padding, use_bias = true },
            ("kernel", [3, 4, 5]), ("bias", [5]));

        var (_, actual) = model.Run();

        // Causal padding stands before the first time only.
        var padded = padding == "causal" ? 2 : 0;
        var expected = Image.Batch(model.Input, 2, 9, 1, 4)
            .Select(image => new Image(9 + padded, 1, 4, [.. new double[padded * 4], .. image.Values]))
            .Select(image => NaiveKeras.Conv2D(image, weights[0], (3, 1), 5, weights[1], padding == "same", (stride, 1), (1, 1), 1));
        Expect(expected, actual);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void Batch_normalisation_after_a_convolution_becomes_part_of_it(bool scale, bool center)
    {
        var model = new TinyModel(6, 5, 3);
        var conv = model.Add("Conv2D", "conv", new { filters = 4, kernel_size = (int[])[2, 2], use_bias = scale }, Weights([("kernel", [2, 2, 3, 4])], scale, ("bias", [4])));
        var norm = model.Add("BatchNormalization", "norm", new { axis = (int[])[3], epsilon = 0.01, scale, center }, Weights(Weights([], scale, ("gamma", [4])), center, ("beta", [4]), true, ("moving_mean", [4]), ("moving_variance", [4])));

        var (_, actual) = model.Run();

        var expected = Image.Batch(model.Input, 2, 6, 5, 3)
            .Select(image => NaiveKeras.Conv2D(image, conv[0], (2, 2), 4, scale ? conv[1] : null, same: false, (1, 1), (1, 1), 1))
            .Select(image => Normalised(image, norm, scale, center, 0.01));
        Expect(expected, actual);
        Assert.DoesNotContain("BatchNormalization", model.Operations);
    }

    [Fact]
    public void Batch_normalisation_that_stands_alone_stays()
    {
        var model = new TinyModel(6, 5, 3);
        var norm = model.Add("BatchNormalization", "norm", new { axis = -1, epsilon = 0.001 }, ("gamma", [3]), ("beta", [3]), ("moving_mean", [3]), ("moving_variance", [3]));

        var (_, actual) = model.Run();

        Expect(Image.Batch(model.Input, 2, 6, 5, 3).Select(image => Normalised(image, norm, scale: true, center: true, 0.001)), actual);
        Assert.Contains("BatchNormalization", model.Operations);
    }

    [Fact]
    public void Batch_normalisation_is_not_folded_where_the_convolution_is_read_elsewhere()
    {
        var model = new TinyModel(6, 5, 3);
        model.AddLayer("InputLayer", "given", new { batch_input_shape = (int?[])[null, 6, 5, 3] }, "[]");
        model.AddLayer("Conv2D", "conv", new { filters = 3, kernel_size = (int[])[1, 1], use_bias = false }, """[[["given", 0, 0, {}]]]""");
        model.AddLayer("BatchNormalization", "norm", new { axis = -1, epsilon = 0.001 }, """[[["conv", 0, 0, {}]]]""");
        model.AddLayer("Add", "sum", new { }, """[[["conv", 0, 0, {}], ["norm", 0, 0, {}]]]""");
        var kernel = model.AddWeights("conv", ("kernel", [1, 1, 3, 3]))[0];
        var norm = model.AddWeights("norm", ("gamma", [3]), ("beta", [3]), ("moving_mean", [3]), ("moving_variance", [3]));

        var (_, actual) = model.Run();

        var expected = Image.Batch(model.Input, 2, 6, 5, 3)
            .Select(image => NaiveKeras.Conv2D(image, kernel, (1, 1), 3, null, same: false, (1, 1), (1, 1), 1))
            .Select(image => new Image(6, 5, 3, [.. image.Values.Zip(Normalised(image, norm, scale: true, center: true, 0.001).Values, (a, b) => a + b)]));
        Expect(expected, actual);
    }

    [Fact]
    public void A_convolution_called_twice_keeps_its_weights_when_one_call_is_normalised()
    {
        var model = new TinyModel(6, 5, 3);
        model.AddLayer("InputLayer", "given", new { batch_input_shape = (int?[])[null, 6, 5, 3] }, "[]");
        model.AddLayer("Conv2D", "conv", new { filters = 3, kernel_size = (int[])[1, 1], use_bias = true }, """[[["given", 0, 0, {}]], [["norm", 0, 0, {}]]]""");
        model.AddLayer("BatchNormalization", "norm", new { axis = -1, epsilon = 0.001 }, """[[["conv", 0, 0, {}]]]""");
        model.AddLayer("ReLU", "relu", new { max_value = 6.0 }, """[[["conv", 1, 0, {}]]]""");
        var conv = model.AddWeights("conv", ("kernel", [1, 1, 3, 3]), ("bias", [3]));
        var norm = model.AddWeights("norm", ("gamma", [3]), ("beta", [3]), ("moving_mean", [3]), ("moving_variance", [3]));

        var (_, actual) = model.Run();

        Image Convolved(Image image) => NaiveKeras.Conv2D(image, conv[0], (1, 1), 3, conv[1], same: false, (1, 1), (1, 1), 1);
        var expected = Image.Batch(model.Input, 2, 6, 5, 3)
            .Select(image => Convolved(Normalised(Convolved(image), norm, scale: true, center: true, 0.001)))
            .Select(image => NaiveKeras.EachChannel(image, (value, _) => Math.Clamp(value, 0, 6)));
        Expect(expected, actual);
    }

    [Fact]
    public void Zero_padding_goes_into_the_convolution_after_it()
    {
        var model = new TinyModel(6, 5, 3);
        model.Add("ZeroPadding2D", "pad", new { padding = (int[][])[[0, 1], [2, 3]] });
        var weights = model.Add("Conv2D", "conv", new { filters = 4, kernel_size = (int[])[3, 3], strides = (int[])[2, 2], use_bias = false }, ("kernel", [3, 3, 3, 4]));

        var (_, actual) = model.Run();

        var expected = Image.Batch(model.Input, 2, 6, 5, 3).Select(image =>
        {
            var padded = new Image(7, 10, 3);
            foreach (var (y, x, c) in NaiveKeras.Positions(6, 5, 3))
            {
                padded[y, x + 2, c] = image[y, x, c];
            }
            return NaiveKeras.Conv2D(padded, weights[0], (3, 3), 4, null, same: false, (2, 2), (1, 1), 1);
        });
        Expect(expected, actual);
        Assert.DoesNotContain("Pad", model.Operations);
    }

    [Theory]
    [InlineData("MaxPooling2D", "valid")]
    [InlineData("MaxPooling2D", "same")]
    [InlineData("AveragePooling2D", "valid")]
    [InlineData("AveragePooling2D", "same")]
    public void Zero_padding_counts_in_the_pooling_after_it(string className, string padding)
    {
        var model = new TinyModel(6, 7, 3);
        model.Add("ZeroPadding2D", "pad", new { padding = (int[][])[[1, 1], [2, 1]] });
        model.Add(className, "pool", new { pool_size = (int[])[3, 3], strides = (int[])[2, 2], padding });

        // Below 0 a padding of zeros shows in a maximum.
        var (_, actual) = model.Run(input: [.. model.Noise(2 * 6 * 7 * 3).Select(value => value - 2)]);

        var expected = Image.Batch(model.Input, 2, 6, 7, 3).Select(image =>
        {
            var padded = new Image(8, 10, 3);
            foreach (var (y, x, c) in NaiveKeras.Positions(6, 7, 3))
            {
                padded[y + 1, x + 2, c] = image[y, x, c];
            }
            return NaiveKeras.Pool(padded, 3, 2, padding == "same", className == "MaxPooling2D");
        });
        Expect(expected, actual);
    }

    [Theory]
    [InlineData("MaxPooling2D", "same", 3, 2)]
    [InlineData("MaxPooling2D", "valid", 2, 2)]
    [InlineData("AveragePooling2D", "same", 3, 2)]
    [InlineData("AveragePooling2D", "same", 3, 1)]
    [InlineData("AveragePooling2D", "valid", 3, 2)]
    public void Pooling_leaves_padding_out(string className, string padding, int size, int stride)
    {
        var model = new TinyModel(8, 7, 3);
        model.Add(className, "pool", new { pool_size = (int[])[size, size], strides = (int[])[stride, stride], padding });

        // Below 0 a padding of zeros would show in a maximum.
        var (_, actual) = model.Run(input: [.. model.Noise(2 * 8 * 7 * 3).Select(value => value - 2)]);

        Expect(Image.Batch(model.Input, 2, 8, 7, 3).Select(image => NaiveKeras.Pool(image, size, stride, padding == "same", className == "MaxPooling2D")), actual);
    }

    [Fact]
    public void A_window_larger_than_its_input_is_an_error_that_names_the_layer()
    {
        var model = new TinyModel(4, 4, 3);
        model.Add("MaxPooling2D", "pool_5", new { pool_size = (int[])[5, 5] });

        var fault = Assert.ThrowsAny<Exception>(() => model.Run());

        Assert.Contains("pool_5", fault.Message, StringComparison.Ordinal);
        Assert.Contains("larger than its input", fault.Message, StringComparison.Ordinal);
    }

    private static (string, int[])[] Weights((string, int[])[] before, bool wanted, (string, int[]) weight, bool more = false, params (string, int[])[] after) =>
        [.. before, .. wanted ? [weight] : Array.Empty<(string, int[])>(), .. more ? after : []];

    private static Image Normalised(Image image, float[][] weights, bool scale, bool center, double epsilon)
    {
        var next = 0;
        var gamma = scale ? weights[next++] : null;
        var beta = center ? weights[next++] : null;
        var (mean, variance) = (weights[next], weights[next + 1]);
        return NaiveKeras.EachChannel(image, (value, c) => ((gamma?[c] ?? 1) * (value - mean[c]) / Math.Sqrt(variance[c] + epsilon)) + (beta?[c] ?? 0));
    }

    private static void Expect(IEnumerable<Image> expected, float[] actual) =>
        Assert.InRange(Closeness.MaxDifference(actual, [.. expected.SelectMany(image => image.Values).Select(value => (float)value)]), 0, Tolerance);
}
