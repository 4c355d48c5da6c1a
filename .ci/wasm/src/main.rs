fn main() {
    print!("{}", draws::text());
}
