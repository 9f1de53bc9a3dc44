using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace LusPipeline.Hosting.Settings;

/// <summary>Checks the data annotations of a record and of the records in it. Each problem names its key and the fix.</summary>
/// <param name="given">The keys that a source gives.</param>
/// <param name="needed">Whether a required key that no source gives is a problem.</param>
/// <param name="wrong">Keys that already have a problem.</param>
internal sealed class RecordValidation(
    IReadOnlyDictionary<string, SettingOrigin> given, bool needed, List<SettingProblem> problems, IReadOnlySet<string> wrong)
{
    public void Check(object record, SettingShape shape, string path)
    {
        var before = problems.Count;
        foreach (var (property, part) in shape.Properties)
        {
            var key = ConfigurationPath.Combine(path, property.Name);
            var value = property.GetValue(record);
            CheckValue(property, key, value);
            if (part.Kind == ShapeKind.Record && value is not null)
                Check(value, part, key);
            if (part.Kind is ShapeKind.List or ShapeKind.Map && part.Element!.Kind == ShapeKind.Record)
            {
                foreach (var (name, element) in SettingShape.Elements(value))
                    Check(element!, part.Element, ConfigurationPath.Combine(key, name));
            }
        }
        // Rules over several keys are checked only when each key is right by itself.
        if (problems.Count == before && !wrong.Any(key => Below(key, path)) && (needed || given.Keys.Any(key => Below(key, path))) && record is IValidatableObject rules)
        {
            foreach (var result in rules.Validate(new ValidationContext(record)).OfType<ValidationResult>())
            {
                var key = result.MemberNames.Select(member => ConfigurationPath.Combine(path, member)).FirstOrDefault(path);
                Add(key, result.ErrorMessage ?? "is not allowed.");
            }
        }
    }

    private void CheckValue(PropertyInfo property, string key, object? value)
    {
        var broken = property.GetCustomAttributes<ValidationAttribute>()
            .OrderByDescending(rule => rule is RequiredAttribute).FirstOrDefault(rule => !rule.IsValid(value));
        if (broken is not null && !wrong.Contains(key) && (needed || value is not (null or "") || given.ContainsKey(key)))
            Add(key, Message(broken, key, value, Secrets.IsSecret(key, given.GetValueOrDefault(key))));
    }

    private void Add(string key, string message) => problems.Add(new(key, given.GetValueOrDefault(key), message));

    private static string Message(ValidationAttribute rule, string key, object? value, bool secret) => rule switch
    {
        RequiredAttribute =>
            $"is required. Set it in {ConfigurationSources.DefaultFile}, by the environment variable {SettingsSection.VariableOf(key)} or by --set {key}=….",
        RangeAttribute { MinimumIsExclusive: false, MaximumIsExclusive: false } range when !secret =>
            $"{SettingValue.Format(value)} is not allowed. Give {Bound(range.Minimum, value)} to {Bound(range.Maximum, value)}.",
        AllowedValuesAttribute values when !secret =>
            $"'{value}' is none of {string.Join(", ", values.Values.OfType<string>())}.",
        _ => rule.FormatErrorMessage(key),
    };

    /// <summary>The attribute holds a bound above 2^31 as a double, which would be written with an exponent.</summary>
    private static string? Bound(object bound, object? value) => SettingValue.Format((bound, value) is (double number, long) ? long.CreateSaturating(number) : bound);

    private static bool Below(string key, string path) => key.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase);
}
