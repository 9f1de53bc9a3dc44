namespace LusPipeline.Training.Heads;

/// <summary>How a weight is initialised; the names are Keras'.</summary>
internal enum Initialization
{
    Zeros,
    Ones,

    /// <summary>Uniform in ±√(6/(inputs + outputs)) (Glorot and Bengio, 2010).</summary>
    GlorotUniform,

    /// <summary>A random matrix with orthonormal rows or columns (Saxe, McClelland and Ganguli, 2014).</summary>
    Orthogonal,

    /// <summary>0, and 1 for the forget gate of an LSTM, the second of its four gates (Jozefowicz, Zaremba and Sutskever, 2015).</summary>
    ForgetGate,
}
