namespace LusPipeline.ModelTools.Keras;

/// <summary>What is wrong with a Keras file, said where the file's name is not known.</summary>
internal sealed class ImportProblemException(string problem, Exception? inner = null) : Exception(problem, inner);
