namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>
/// A convolution's kernel as int8, symmetric around zero, with one scale for each output channel: weight ≈ <see cref="Values"/> · <see cref="Scales"/>.
/// </summary>
internal sealed class ChannelWeights
{
    private const int MaxWeight = 127;

    /// <summary>Largest magnitude of a bias. Biases are int32 in steps of input scale × weight scale; this is half of int32's range.</summary>
    private const double MaxBiasSteps = 1 << 30;

    private ChannelWeights(sbyte[] values, float[] scales, int[] bias) => (Values, Scales, Bias) = (values, scales, bias);

    /// <summary>The kernel's values in −127..127, output channels first.</summary>
    public sbyte[] Values { get; }

    /// <summary>The scale of each output channel.</summary>
    public float[] Scales { get; }

    /// <summary>The bias of each output channel, in steps of the input's scale × the channel's scale.</summary>
    public int[] Bias { get; }

    /// <param name="kernel">The kernel's values, output channels first.</param>
    /// <param name="bias">One bias for each output channel.</param>
    /// <param name="inputScale">The scale of the convolution's input.</param>
    public static ChannelWeights Quantize(ReadOnlySpan<float> kernel, ReadOnlySpan<float> bias, float inputScale)
    {
        var channels = bias.Length;
        var perChannel = kernel.Length / channels;
        var values = new sbyte[kernel.Length];
        var scales = new float[channels];
        var biases = new int[channels];
        for (var channel = 0; channel < channels; channel++)
        {
            var weights = kernel.Slice(channel * perChannel, perChannel);
            double greatest = 0;
            foreach (var weight in weights)
                greatest = Math.Max(greatest, Math.Abs(weight));
            var scale = Math.Max(greatest / MaxWeight, Math.Abs(bias[channel]) / (inputScale * MaxBiasSteps));
            scales[channel] = scale > 0 ? (float)scale : 1;
            for (var index = 0; index < perChannel; index++)
                values[(channel * perChannel) + index] = (sbyte)Math.Clamp(Math.Round((double)weights[index] / scales[channel]), -MaxWeight, MaxWeight);
            biases[channel] = (int)Math.Round(bias[channel] / ((double)inputScale * scales[channel]));
        }
        return new(values, scales, biases);
    }
}
