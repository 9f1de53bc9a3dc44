using LusPipeline.Core.Outcomes;

namespace LusPipeline.ModelTools.Keras;

/// <summary>A Keras file cannot be imported. The message names the file, says what is wrong, and gives the fix if there is one.</summary>
/// <param name="file">The file's path as the user gave it.</param>
/// <param name="problem">What is wrong, as a sentence that does not name the file.</param>
/// <param name="inner">What caused it.</param>
public sealed class KerasImportException(string file, string problem, Exception? inner = null)
    : LusException($"{file}: {problem}", inner)
{
    public string File { get; } = file;

    public string Problem { get; } = problem;

    /// <summary>Runs a step of an import. Any failure in it is reported as an error of the file.</summary>
    internal static T Guard<T>(string file, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (KerasImportException)
        {
            throw;
        }
        catch (ImportProblemException problem)
        {
            throw new KerasImportException(file, problem.Message, problem);
        }
        catch (OutOfMemoryException memory)
        {
            throw new KerasImportException(file, "reading it needs more memory than there is.", memory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new KerasImportException(file, fault.Message, fault);
        }
        catch (Exception fault)
        {
            throw new KerasImportException(file, $"it is damaged or in a form that is not supported ({fault.GetType().Name}: {fault.Message})", fault);
        }
    }
}
