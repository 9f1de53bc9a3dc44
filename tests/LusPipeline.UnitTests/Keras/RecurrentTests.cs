namespace LusPipeline.UnitTests.Keras;

public sealed class RecurrentTests
{
    private const int Times = 6;
    private const int Features = 5;
    private const int Units = 4;
    private const int Batch = 3;
    private const float Tolerance = 5e-6f;

    private static readonly bool[][] Masks =
    [
        [true, true, true, true, true, true],
        [false, true, false, true, true, false],
        [false, false, false, false, false, true],
    ];

    [Theory]
    [InlineData("LSTM", false, false)]
    [InlineData("LSTM", true, false)]
    [InlineData("LSTM", true, true)]
    [InlineData("LSTM", false, true)]
    [InlineData("GRU", false, false)]
    [InlineData("GRU", true, false)]
    [InlineData("GRU/old", false, false)]
    [InlineData("GRU/old", true, true)]
    [InlineData("SimpleRNN", true, false)]
    public void A_recurrent_layer_steps_as_Keras_does(string kind, bool sequences, bool backwards)
    {
        var model = new TinyModel(Times, Features);
        var weights = model.Add(ClassName(kind), "rnn", Settings(kind, sequences, backwards), Weights(kind, ""));

        var (shape, actual) = model.Run(Batch);

        Assert.Equal(sequences ? [Times, Units] : [Units], shape);
        var expected = NaiveKeras.Clips(model.Input, Batch, Times).SelectMany(clip =>
        {
            var outputs = NaiveKeras.Recurrent(backwards ? [.. clip.Reverse()] : clip, null, Zeros(), Step(kind, weights));
            return sequences ? outputs.SelectMany(output => output) : outputs[^1];
        });
        Expect(expected, actual);
    }

    [Theory]
    [InlineData("LSTM", false)]
    [InlineData("LSTM", true)]
    [InlineData("GRU", false)]
    [InlineData("GRU", true)]
    public void Masked_times_are_passed_over(string kind, bool sequences)
    {
        var model = new TinyModel(Times, Features);
        model.Add("Masking", "masking", new { mask_value = 0.0 });
        var weights = model.Add(ClassName(kind), "rnn", Settings(kind, sequences, backwards: false), Weights(kind, ""));

        var (_, actual) = model.Run(Batch, Masked(model));

        var expected = NaiveKeras.Clips(model.Input, Batch, Times).SelectMany((clip, i) =>
        {
            var outputs = NaiveKeras.Recurrent(clip, Masks[i], Zeros(), Step(kind, weights));
            return sequences ? outputs.SelectMany(output => output) : outputs[^1];
        });
        Expect(expected, actual);
    }

    [Theory]
    [InlineData("concat", false, false)]
    [InlineData("concat", true, false)]
    [InlineData("concat", true, true)]
    [InlineData("concat", false, true)]
    [InlineData("sum", true, false)]
    [InlineData("mul", false, false)]
    [InlineData("ave", true, false)]
    public void Bidirectional_goes_both_ways_and_merges(string merge, bool sequences, bool masked)
    {
        var model = new TinyModel(Times, Features);
        if (masked)
            model.Add("Masking", "masking", new { mask_value = 0.0 });
        var weights = model.Add(
            "Bidirectional", "both", new { layer = new { class_name = "LSTM", config = Settings("LSTM", sequences, backwards: false, name: "inner") }, merge_mode = merge },
            [.. Weights("LSTM", "forward_inner/lstm_cell_1/"), .. Weights("LSTM", "backward_inner/lstm_cell_2/")]);

        var (_, actual) = model.Run(Batch, masked ? Masked(model) : null);

        var expected = NaiveKeras.Clips(model.Input, Batch, Times).SelectMany((clip, i) =>
        {
            var mask = masked ? Masks[i] : null;
            var forward = NaiveKeras.Recurrent(clip, mask, Zeros(), Step("LSTM", weights[..3]));
            var backward = NaiveKeras.Recurrent([.. clip.Reverse()], mask?.Reverse().ToArray(), Zeros(), Step("LSTM", weights[3..]));
            if (!sequences)
                return Merge(merge, forward[^1], backward[^1]);
            // In a sequence Keras gives 0 at masked times.
            return Enumerable.Range(0, Times).SelectMany(t => mask is null || mask[t] ? Merge(merge, forward[t], backward[Times - 1 - t]) : new double[2 * Units]);
        });
        Expect(expected, actual);
    }

    [Fact]
    public void An_average_over_time_counts_unmasked_times_only()
    {
        var model = new TinyModel(Times, Features);
        model.Add("Masking", "masking", new { mask_value = 0.0 });
        model.Add("GlobalAveragePooling1D", "average", new { });

        var (_, actual) = model.Run(Batch, Masked(model));

        Expect(NaiveKeras.Clips(model.Input, Batch, Times).SelectMany((clip, i) =>
            Enumerable.Range(0, Features).Select(f => clip.Where((_, t) => Masks[i][t]).Average(time => time[f]))), actual);
    }

    [Theory]
    [InlineData("2.12.0")]
    [InlineData("3.5.0")]
    public void Hard_sigmoid_differs_between_Keras_2_and_3(string version)
    {
        var model = new TinyModel(3) { KerasVersion = version };
        model.Add("Activation", "hard", new { activation = "hard_sigmoid" });

        var (_, actual) = model.Run(1, [-1, 0.5f, 4]);

        float slope = version[0] == '3' ? 1f / 6 : 0.2f;
        Expect([0.5 - slope, 0.5 + (slope / 2), 1], actual);
    }

    [Fact]
    public void A_stateful_layer_is_refused()
    {
        var model = new TinyModel(Times, Features);
        model.Add("LSTM", "rnn", new { units = Units, stateful = true }, Weights("LSTM", ""));

        Assert.Contains("stateful", Assert.ThrowsAny<Exception>(() => model.Run()).Message, StringComparison.Ordinal);
    }

    private static string ClassName(string kind) => kind.Split('/')[0];

    private static object Settings(string kind, bool sequences, bool backwards, string name = "rnn") => kind switch
    {
        "GRU" => new { name, units = Units, return_sequences = sequences, go_backwards = backwards, use_bias = true, reset_after = true, activation = "tanh", recurrent_activation = "sigmoid" },
        "SimpleRNN" => new { name, units = Units, return_sequences = sequences, go_backwards = backwards, use_bias = true, activation = "tanh" },
        _ => new { name, units = Units, return_sequences = sequences, go_backwards = backwards, use_bias = true, activation = "tanh", recurrent_activation = "sigmoid" },
    };

    private static int Gates(string kind) => ClassName(kind) switch { "LSTM" => 4, "GRU" => 3, _ => 1 };

    private static (string, int[])[] Weights(string kind, string prefix) =>
    [
        (prefix + "kernel", [Features, Gates(kind) * Units]),
        (prefix + "recurrent_kernel", [Units, Gates(kind) * Units]),
        (prefix + "bias", kind == "GRU" ? [2, Gates(kind) * Units] : [Gates(kind) * Units]),
    ];

    private static Func<double[], double[][], double[][]> Step(string kind, float[][] weights) => kind switch
    {
        "LSTM" => NaiveKeras.LstmStep(weights[0], weights[1], weights[2], Units),
        "SimpleRNN" => NaiveKeras.SimpleStep(weights[0], weights[1], weights[2], Units),
        _ => NaiveKeras.GruStep(weights[0], weights[1], weights[2], Units, resetAfter: kind == "GRU"),
    };

    private static double[][] Zeros() => [new double[Units], new double[Units]];

    private static IEnumerable<double> Merge(string mode, double[] forward, double[] backward) => mode switch
    {
        "sum" => forward.Zip(backward, (a, b) => a + b),
        "mul" => forward.Zip(backward, (a, b) => a * b),
        "ave" => forward.Zip(backward, (a, b) => (a + b) / 2),
        _ => [.. forward, .. backward],
    };

    private static float[] Masked(TinyModel model)
    {
        var input = model.Noise(Batch * Times * Features);
        for (var i = 0; i < input.Length; i++)
        {
            if (!Masks[i / (Times * Features)][i / Features % Times])
                input[i] = 0;
        }
        return input;
    }

    private static void Expect(IEnumerable<double> expected, float[] actual) =>
        Assert.InRange(Closeness.MaxDifference(actual, [.. expected.Select(value => (float)value)]), 0, Tolerance);
}
