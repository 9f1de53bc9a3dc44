using System.Numerics.Tensors;

namespace LusPipeline.Training.Heads;

/// <summary>Makes the weights with which training starts, by the distributions that Keras uses. The same generator gives the same weights.</summary>
internal static class Initializer
{
    /// <returns>One array for each parameter, in row-major order.</returns>
    public static float[][] Start(IReadOnlyList<HeadParameter> parameters, Random random) => [.. parameters.Select(parameter => Start(parameter, random))];

    private static float[] Start(HeadParameter parameter, Random random)
    {
        var values = new float[parameter.Length];
        switch (parameter.Start)
        {
            case Initialization.Ones:
                Array.Fill(values, 1);
                break;
            case Initialization.ForgetGate:
                values.AsSpan(values.Length / 4, values.Length / 4).Fill(1);
                break;
            case Initialization.GlorotUniform:
                var limit = Math.Sqrt(6.0 / (parameter.Shape[0] + parameter.Shape[1]));
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)(((random.NextDouble() * 2) - 1) * limit);
                break;
            case Initialization.Orthogonal:
                Orthogonal(values, parameter.Shape[0], parameter.Shape[1], random);
                break;
        }
        return values;
    }

    /// <summary>
    /// Makes the rows orthonormal by modified Gram–Schmidt of normally distributed rows. This is the Q of a QR decomposition whose R has a positive
    /// diagonal, as Keras makes it.
    /// </summary>
    private static void Orthogonal(float[] values, int rows, int columns, Random random)
    {
        var (count, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        var vectors = new double[count][];
        for (var i = 0; i < count; i++)
        {
            var vector = vectors[i] = new double[length];
            for (var j = 0; j < length; j++)
                vector[j] = Normal(random);
            for (var earlier = 0; earlier < i; earlier++)
                TensorPrimitives.MultiplyAdd(vectors[earlier], -TensorPrimitives.Dot<double>(vector, vectors[earlier]), vector, vector);
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<double>(vector), vector);
        }
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                values[(row * columns) + column] = (float)(rows <= columns ? vectors[row][column] : vectors[column][row]);
        }
    }

    /// <summary>A number of the standard normal distribution (Box and Muller, 1958).</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
