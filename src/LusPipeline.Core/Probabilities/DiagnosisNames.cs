namespace LusPipeline.Core.Probabilities;

/// <summary>The names of the classes in the ledger, in JSON and in bundles. It also reads the names that datasets use.</summary>
public static class DiagnosisNames
{
    public static IReadOnlyList<string> All { get; } = ["covid", "pneumonia", "healthy"];

    public static string Name(this Diagnosis diagnosis) => All[(int)diagnosis];

    /// <summary>
    /// Reads a class from its name here or in the public datasets (<c>cov</c>, <c>pne</c>, <c>reg</c> …), in upper or lower case. Returns
    /// null for any other text.
    /// </summary>
    public static Diagnosis? Parse(string? text) => text?.Trim().ToUpperInvariant() switch
    {
        "0" or "COVID" or "COV" or "COVID-19" or "COVID19" => Diagnosis.Covid,
        "1" or "PNEUMONIA" or "PNE" or "PNEU" => Diagnosis.Pneumonia,
        "2" or "HEALTHY" or "REG" or "REGULAR" or "NORMAL" => Diagnosis.Healthy,
        _ => null,
    };
}
