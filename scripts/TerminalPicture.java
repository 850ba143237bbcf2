import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** Writes what a terminal showed, on standard input, as SVG on standard output. The argument is the command line that was typed. */
public class TerminalPicture {

    private static final int CHARACTER = 8;
    private static final int LINE = 17;
    private static final int MARGIN = 14;
    private static final Pattern BAD = Pattern.compile("^(ERROR|  FAILED).*");
    private static final Pattern DOUBTFUL = Pattern.compile("^(WARN|  not provable).*");
    private static final Pattern GOOD = Pattern.compile("^  proven.*");
    private static final Pattern FAINT = Pattern.compile("^    (fix|to do).*");

    public static void main(String[] arguments) throws Exception {
        List<String> lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines().toList();
        String command = "$ " + String.join(" ", arguments);
        int columns = Math.max(command.length(), lines.stream().mapToInt(String::length).max().orElse(0));
        int width = columns * CHARACTER + 2 * MARGIN;
        int height = (lines.size() + 1) * LINE + 2 * MARGIN;
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ").append(width).append(' ').append(height)
                .append("\" width=\"").append(width).append("\" role=\"img\" aria-label=\"").append(escape(command))
                .append("\">\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#161b22\"/>\n")
                .append("<g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\" fill=\"#d0d7de\">\n");
        row(svg, 0, command, "#ffffff");
        for (int i = 0; i < lines.size(); i++) {
            row(svg, i + 1, lines.get(i), colour(lines.get(i)));
        }
        new java.io.PrintStream(System.out, true, StandardCharsets.UTF_8).print(svg.append("</g>\n</svg>\n"));
    }

    private static String colour(String line) {
        return BAD.matcher(line).matches()
                ? "#ff7b72"
                : DOUBTFUL.matcher(line).matches()
                        ? "#e3b341"
                        : GOOD.matcher(line).matches() ? "#7ee787" : FAINT.matcher(line).matches() ? "#8b949e" : null;
    }

    private static void row(StringBuilder svg, int number, String line, String colour) {
        if (line.isBlank()) {
            return;
        }
        svg.append("<text x=\"").append(MARGIN).append("\" y=\"").append(MARGIN + number * LINE + 12).append('"');
        if (colour != null) {
            svg.append(" fill=\"").append(colour).append('"');
        }
        svg.append('>').append(escape(line)).append("</text>\n");
    }

    private static String escape(String text) {
        // blanks that no viewer joins
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;").replace(" ", "\u00a0");
    }
}
