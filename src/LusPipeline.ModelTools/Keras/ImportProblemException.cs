namespace LusPipeline.ModelTools.Keras;

/// <summary>Describes what is wrong with a Keras file, thrown where the file's name is not known.</summary>
internal sealed class ImportProblemException(string problem, Exception? inner = null) : Exception(problem, inner);
