namespace LusPipeline.UnitTests.Keras;

/// <summary>An image or a stack of them in Keras' order: [height, width, channels].</summary>
internal sealed record Image(int Height, int Width, int Channels, double[] Values)
{
    public Image(int height, int width, int channels) : this(height, width, channels, new double[height * width * channels])
    {
    }

    public double this[int y, int x, int channel]
    {
        get => Values[(((y * Width) + x) * Channels) + channel];
        set => Values[(((y * Width) + x) * Channels) + channel] = value;
    }

    public static Image[] Batch(float[] values, int batch, int height, int width, int channels) =>
        [.. values.Chunk(values.Length / batch).Select(part => new Image(height, width, channels, [.. part.Select(value => (double)value)]))];
}

/// <summary>Keras' layers as their definitions say them, slow and in double precision.</summary>
internal static class NaiveKeras
{
    /// <summary>What TensorFlow pads before an axis, and the outputs it gives.</summary>
    public static (int Before, int Outputs) Padding(bool same, int input, int size, int stride, int dilation)
    {
        var extent = ((size - 1) * dilation) + 1;
        if (!same)
            return (0, (int)Math.Ceiling((input - extent + 1) / (double)stride));
        var outputs = (int)Math.Ceiling(input / (double)stride);
        return (Math.Max(((outputs - 1) * stride) + extent - input, 0) / 2, outputs);
    }

    /// <param name="image">The image.</param>
    /// <param name="kernel">[height, width, in/groups, out].</param>
    /// <param name="size">Height and width.</param>
    public static Image Conv2D(
        Image image, float[] kernel, (int Y, int X) size, int filters, float[]? bias, bool same, (int Y, int X) stride, (int Y, int X) dilation, int groups)
    {
        var (top, height) = Padding(same, image.Height, size.Y, stride.Y, dilation.Y);
        var (left, width) = Padding(same, image.Width, size.X, stride.X, dilation.X);
        var result = new Image(height, width, filters);
        var ins = image.Channels / groups;
        foreach (var (y, x, filter) in Positions(height, width, filters))
        {
            double sum = bias?[filter] ?? 0;
            var group = filter / (filters / groups);
            foreach (var (ky, kx, _) in Positions(size.Y, size.X, 1))
            {
                var (iy, ix) = ((y * stride.Y) + (ky * dilation.Y) - top, (x * stride.X) + (kx * dilation.X) - left);
                if (iy < 0 || ix < 0 || iy >= image.Height || ix >= image.Width)
                    continue;
                for (var c = 0; c < ins; c++)
                {
                    sum += image[iy, ix, (group * ins) + c] * kernel[(((((ky * size.X) + kx) * ins) + c) * filters) + filter];
                }
            }
            result[y, x, filter] = sum;
        }
        return result;
    }

    /// <param name="image">The image.</param>
    /// <param name="kernel">[height, width, in, multiplier].</param>
    /// <param name="size">Height and width.</param>
    public static Image Depthwise(Image image, float[] kernel, int size, int multiplier, bool same, int stride, int dilation)
    {
        var (top, height) = Padding(same, image.Height, size, stride, dilation);
        var (left, width) = Padding(same, image.Width, size, stride, dilation);
        var result = new Image(height, width, image.Channels * multiplier);
        foreach (var (y, x, channel) in Positions(height, width, image.Channels * multiplier))
        {
            var (c, m) = (channel / multiplier, channel % multiplier);
            double sum = 0;
            foreach (var (ky, kx, _) in Positions(size, size, 1))
            {
                var (iy, ix) = ((y * stride) + (ky * dilation) - top, (x * stride) + (kx * dilation) - left);
                if (iy >= 0 && ix >= 0 && iy < image.Height && ix < image.Width)
                    sum += image[iy, ix, c] * kernel[(((((ky * size) + kx) * image.Channels) + c) * multiplier) + m];
            }
            result[y, x, channel] = sum;
        }
        return result;
    }

    public static Image Pool(Image image, int size, int stride, bool same, bool max)
    {
        var (top, height) = Padding(same, image.Height, size, stride, 1);
        var (left, width) = Padding(same, image.Width, size, stride, 1);
        var result = new Image(height, width, image.Channels);
        foreach (var (y, x, c) in Positions(height, width, image.Channels))
        {
            var inside = new List<double>();
            foreach (var (ky, kx, _) in Positions(size, size, 1))
            {
                var (iy, ix) = ((y * stride) + ky - top, (x * stride) + kx - left);
                if (iy >= 0 && ix >= 0 && iy < image.Height && ix < image.Width)
                    inside.Add(image[iy, ix, c]);
            }
            result[y, x, c] = max ? inside.Max() : inside.Average();
        }
        return result;
    }

    public static IEnumerable<(int Y, int X, int Channel)> Positions(int height, int width, int channels) =>
        Enumerable.Range(0, height * width * channels).Select(i => (i / (width * channels), i / channels % width, i % channels));

    public static Image EachChannel(Image image, Func<double, int, double> function)
    {
        var result = new Image(image.Height, image.Width, image.Channels);
        for (var i = 0; i < image.Values.Length; i++)
        {
            result.Values[i] = function(image.Values[i], i % image.Channels);
        }
        return result;
    }

    /// <summary>[in] times [in, out], plus bias.</summary>
    public static double[] Dense(ReadOnlySpan<double> input, float[] kernel, float[]? bias, int units)
    {
        var result = new double[units];
        for (var unit = 0; unit < units; unit++)
        {
            result[unit] = bias?[unit] ?? 0;
            for (var i = 0; i < input.Length; i++)
            {
                result[unit] += input[i] * kernel[(i * units) + unit];
            }
        }
        return result;
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>
    /// Steps through times; a masked time keeps state and output (Keras: <c>backend.rnn</c>).
    /// </summary>
    /// <param name="times">Features of each time.</param>
    /// <param name="mask">Which times count.</param>
    /// <param name="state">The states at the start; the first is the output.</param>
    /// <param name="step">From features and states to states.</param>
    /// <returns>The output at each time.</returns>
    public static double[][] Recurrent(double[][] times, bool[]? mask, double[][] state, Func<double[], double[][], double[][]> step)
    {
        var outputs = new double[times.Length][];
        for (var t = 0; t < times.Length; t++)
        {
            if (mask is null || mask[t])
                state = step(times[t], state);
            outputs[t] = state[0];
        }
        return outputs;
    }

    public static Func<double[], double[][], double[][]> LstmStep(float[] kernel, float[] recurrent, float[] bias, int units) => (x, state) =>
    {
        var z = Dense(x, kernel, bias, 4 * units).Zip(Dense(state[0], recurrent, null, 4 * units), (a, b) => a + b).ToArray();
        var h = new double[units];
        var c = new double[units];
        for (var u = 0; u < units; u++)
        {
            c[u] = (Sigmoid(z[units + u]) * state[1][u]) + (Sigmoid(z[u]) * Math.Tanh(z[(2 * units) + u]));
            h[u] = Sigmoid(z[(3 * units) + u]) * Math.Tanh(c[u]);
        }
        return [h, c];
    };

    /// <param name="kernel">[in, 3·units]: update, reset, hidden.</param>
    /// <param name="recurrent">[units, 3·units].</param>
    /// <param name="bias">[2, 3·units] when the reset gate acts after the product, else [3·units].</param>
    public static Func<double[], double[][], double[][]> GruStep(float[] kernel, float[] recurrent, float[] bias, int units, bool resetAfter) => (x, state) =>
    {
        var h = state[0];
        var inputs = Dense(x, kernel, bias[..(3 * units)], 3 * units);
        var recurrents = Dense(h, recurrent, resetAfter ? bias[(3 * units)..] : null, 3 * units);
        var z = new double[units];
        var r = new double[units];
        for (var u = 0; u < units; u++)
        {
            z[u] = Sigmoid(inputs[u] + recurrents[u]);
            r[u] = Sigmoid(inputs[units + u] + recurrents[units + u]);
        }
        var beforeReset = Dense([.. h.Select((value, u) => value * r[u])], recurrent, null, 3 * units);
        var next = new double[units];
        for (var u = 0; u < units; u++)
        {
            var hidden = resetAfter ? r[u] * recurrents[(2 * units) + u] : beforeReset[(2 * units) + u];
            next[u] = (z[u] * h[u]) + ((1 - z[u]) * Math.Tanh(inputs[(2 * units) + u] + hidden));
        }
        return [next];
    };

    public static Func<double[], double[][], double[][]> SimpleStep(float[] kernel, float[] recurrent, float[] bias, int units) => (x, state) =>
        [[.. Dense(x, kernel, bias, units).Zip(Dense(state[0], recurrent, null, units), (a, b) => Math.Tanh(a + b))]];

    /// <summary>Splits values into clips of times of features.</summary>
    public static double[][][] Clips(float[] values, int batch, int times) =>
        [.. values.Chunk(values.Length / batch).Select(clip => clip.Chunk(clip.Length / times).Select(time => time.Select(value => (double)value).ToArray()).ToArray())];
}
